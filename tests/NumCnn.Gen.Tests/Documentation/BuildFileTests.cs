using System.Xml.Linq;
using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Documentation;

/// <summary>The props and targets files and the generator use the same names.</summary>
public class BuildFileTests
{
    private static readonly XDocument Props = Load("build", "NumCnn.Gen.props");
    private static readonly XDocument Targets = Load("build", "NumCnn.Gen.targets");

    [Fact]
    public void All_metadata_that_the_generator_reads_is_visible_to_it()
        => Assert.Equal(
            [BuildNames.Source, BuildNames.ClassName, BuildNames.Namespace],
            Props.Descendants("CompilerVisibleItemMetadata").Select(item => (string)item.Attribute("MetadataName")!));

    [Fact]
    public void All_properties_that_the_generator_reads_are_visible_to_it()
        => Assert.Equal([BuildNames.RootNamespace], Props.Descendants("CompilerVisibleProperty").Select(item => (string)item.Attribute("Include")!));

    [Fact]
    public void Networks_become_marked_additional_files()
    {
        var included = Targets.Descendants("AdditionalFiles").Single(item => item.Attribute("Include") is not null);

        Assert.Equal($"@({BuildNames.Item})", (string)included.Attribute("Include")!);
        Assert.Equal("true", (string)included.Attribute(BuildNames.Source)!);
        Assert.Equal([BuildNames.Item], Props.Descendants("AvailableItemName").Select(item => (string)item.Attribute("Include")!));
        Assert.Equal(["**/*.network.yaml", "network.yaml"], Targets.Descendants(BuildNames.Item).Select(item => (string)item.Attribute("Include")!));
    }

    [Fact]
    public void The_package_holds_the_parser_beside_the_generator_and_both_build_folders()
    {
        var nuspec = Load("NumCnn.Gen.nuspec");
        var files = nuspec.Descendants().Where(element => element.Name.LocalName == "file")
            .Select(file => ($"{Path.GetFileName((string)file.Attribute("src")!)}", (string)file.Attribute("target")!)).ToArray();

        Assert.Contains(("$output$", "analyzers/dotnet/cs"), files);
        Assert.Contains(("YamlDotNet.dll", "analyzers/dotnet/cs"), files);
        Assert.Contains(("*", "build"), files);
        Assert.Contains(("*", "buildTransitive"), files);
        var runtime = nuspec.Descendants().Single(element => element.Name.LocalName == "dependency");
        Assert.Equal(("NumCnn", "[$version$]"), ((string)runtime.Attribute("id")!, (string)runtime.Attribute("version")!));
    }

    private static XDocument Load(params string[] path) => XDocument.Load(Path.Combine([Repository.Generator, "NumCnn.Gen", .. path]));
}
