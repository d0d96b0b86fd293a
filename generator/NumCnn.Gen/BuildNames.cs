namespace NumCnn.Gen;

/// <summary>The names that build/NumCnn.Gen.props and .targets make visible to the generator. A test compares them.</summary>
internal static class BuildNames
{
    /// <summary>The item of the project file.</summary>
    public const string Item = "NumCnnNetwork";

    /// <summary>Metadata that marks an additional file as a network: only what the targets file marks is read.</summary>
    public const string Source = "NumCnnSource";

    /// <summary>Metadata: the class's name where the file names none.</summary>
    public const string ClassName = "NumCnnClassName";

    /// <summary>Metadata: the namespace where the file names none.</summary>
    public const string Namespace = "NumCnnNamespace";

    /// <summary>Property: the namespace of all networks that name none.</summary>
    public const string RootNamespace = "RootNamespace";

    public static string Metadata(string name) => "build_metadata.AdditionalFiles." + name;

    public static string Property(string name) => "build_property." + name;
}
