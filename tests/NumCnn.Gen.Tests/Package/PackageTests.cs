using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Package;

/// <summary>
/// A project outside the repository that knows nothing but the packages, from a folder feed: the class is there, trains and predicts, and
/// nothing warns.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <RootNamespace>Out.Side</RootNamespace>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            <NoWarn>$(NoWarn);CS1591</NoWarn>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="NumCnn.Gen" Version="VERSION" />
          </ItemGroup>
        </Project>
        """;

    private const string Yaml = """
        name: Xor
        dtype: float64
        input: [2]
        layers:
          - linear: {out_features: 2, weight: [[1, 1], [1, 1]], bias: [0, -1]}
          - relu
          - linear: {out_features: 1, weight: [[1, -2]], bias: [0]}
        loss: mse
        """;

    private const string Program = """
        using Out.Side;

        var net = new Xor();
        double[] inputs = [0, 0, 0, 1, 1, 0, 1, 1], outputs = new double[4];
        net.Predict(inputs, outputs);
        net.Forward(inputs);
        var loss = net.Loss([0, 1, 1, 0], out var gradient);
        net.Backward(gradient);
        Console.WriteLine(string.Join(" ", outputs) + " loss " + loss);
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("numcnn-package-").FullName;

    [Fact]
    public void A_project_outside_uses_the_packages()
    {
        // A version of its own, so that no cache can hold an older package of that name.
        var version = "0.1.0-test." + DateTime.UtcNow.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var feed = Path.Combine(_folder, "feed");
        var source = CopySources();
        foreach (var project in new[] { Path.Combine("src", "NumCnn"), Path.Combine("generator", "NumCnn.Gen") })
        {
            Dotnet.Run(source, "pack", Path.Combine(source, project), "-c", "Release", "-o", feed, $"-p:Version={version}");
        }

        var consumer = Directory.CreateDirectory(Path.Combine(_folder, "consumer")).FullName;
        Write("Consumer.csproj", Project.Replace("VERSION", version, StringComparison.Ordinal));
        Write("xor.network.yaml", Yaml);
        Write("Program.cs", Program);
        Write("nuget.config", $"<configuration><packageSources><add key=\"folder\" value=\"{feed}\" /></packageSources></configuration>");

        // Fallback folders hold what was restored before, so that nothing else is downloaded twice.
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Dotnet.Run(consumer, "build", "-c", "Release", "-o", "out", $"-p:RestorePackagesPath={Path.Combine(_folder, "packages")}", $"-p:RestoreFallbackFolders={cache}");

        Assert.Equal("0 1 1 0 loss 0", Dotnet.Run(consumer, Path.Combine("out", "Consumer.dll")).Trim());

        void Write(string name, string text) => File.WriteAllText(Path.Combine(consumer, name), text);
    }

    /// <summary>Built in a copy, because the solution may be building in the repository itself.</summary>
    private string CopySources()
    {
        var target = Path.Combine(_folder, "source");
        string[] files =
        [
            .. Directory.GetFiles(Repository.Root),
            .. new[] { "src", "generator" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)),
        ];
        foreach (var file in files)
        {
            var relative = Path.GetRelativePath(Repository.Root, file);
            if (!relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            {
                var copy = Path.Combine(target, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }

        return target;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
