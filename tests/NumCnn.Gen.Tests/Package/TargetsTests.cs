using NumCnn.Gen.Tests.Support;

namespace NumCnn.Gen.Tests.Package;

/// <summary>What the targets file does in a project that imports it.</summary>
public sealed class TargetsTests : IDisposable
{
    private static readonly string Build = Path.Combine(Repository.Generator, "NumCnn.Gen", "build");

    private readonly string _folder = Directory.CreateTempSubdirectory("numcnn-targets-").FullName;

    [Theory]
    [InlineData("linux-x64", "", true)]
    [InlineData("win-x64", "-p:IlcInstructionSet=avx2", true)]
    [InlineData("linux-x64", "-p:IlcInstructionSet=AVX2%2c FMA", false)]
    [InlineData("linux-x64", "-p:IlcInstructionSet=native", false)]
    [InlineData("linux-x64", "-p:IlcInstructionSet=x86-64-v3", false)]
    [InlineData("linux-x64", "-p:NumCnnAotWarning=false", false)]
    [InlineData("linux-x64", "-p:PublishAot=false", false)]
    [InlineData("linux-arm64", "", false)]
    public void An_AOT_program_without_FMA_is_told_so(string runtime, string property, bool warns)
    {
        WriteProject("");
        string[] arguments = ["msbuild", "-nologo", "-t:NumCnnCheckAotInstructionSet", $"-p:RuntimeIdentifier={runtime}", "-p:PublishAot=true"];
        var output = Dotnet.Run(_folder, property.Length == 0 ? arguments : [.. arguments, property]);

        Assert.Equal(warns, output.Contains("warning NCG0501", StringComparison.Ordinal));
    }

    [Fact]
    public void Networks_are_found_by_name_and_keep_the_projects_metadata()
    {
        WriteProject("""<ItemGroup><NumCnnNetwork Include="digits.yaml" NumCnnClassName="Digits" /></ItemGroup>""");
        foreach (var file in new[] { "network.yaml", "digits.yaml", "deep/er.network.yaml", "other.yaml", "deep/network.yaml", "bin/old.network.yaml" })
        {
            var path = Path.Combine(_folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }

        Assert.Equal(["deep/er.network.yaml:true:", "digits.yaml:true:Digits", "network.yaml:true:"], Items("AdditionalFiles").Order(StringComparer.Ordinal));
        Assert.Equal(["deep/network.yaml::", "other.yaml::"], Items("None").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_file_there_is_no_item()
    {
        WriteProject("");

        Assert.Empty(Items("AdditionalFiles"));
    }

    [Fact]
    public void The_defaults_can_be_switched_off()
    {
        WriteProject("<PropertyGroup><EnableDefaultNumCnnItems>false</EnableDefaultNumCnnItems></PropertyGroup>");
        File.WriteAllText(Path.Combine(_folder, "network.yaml"), "");

        Assert.Empty(Items("AdditionalFiles"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteProject(string content) => File.WriteAllText(Path.Combine(_folder, "Consumer.csproj"), $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
          {content}
          <Import Project="{Build}/NumCnn.Gen.props" />
          <Import Project="{Build}/NumCnn.Gen.targets" />
        </Project>
        """);

    private string[] Items(string kind)
    {
        using var json = System.Text.Json.JsonDocument.Parse(Dotnet.Run(_folder, "msbuild", "-getItem:" + kind));
        return
        [
            .. json.RootElement.GetProperty("Items").GetProperty(kind).EnumerateArray()
                .Select(item => $"{Text(item, "Identity").Replace('\\', '/')}:{Text(item, BuildNames.Source)}:{Text(item, BuildNames.ClassName)}"),
        ];

        static string Text(System.Text.Json.JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString()! : "";
    }
}
