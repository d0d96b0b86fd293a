namespace NumCnn.TestRun;

/// <summary>
/// A compiler server for one build and nobody else. Without one each project's compiler is compiled anew while it runs, which takes longer than
/// what it compiles; a server that others use, or that outlives the build, would keep an older generator loaded.
/// </summary>
internal sealed class CompilerServer(string root) : IAsyncDisposable
{
    private readonly string _name = $"numcnn-{Guid.NewGuid():N}";

    /// <summary>What a build is told, so that it starts and uses this server.</summary>
    public string[] Arguments => ["-p:UseSharedCompilation=true", $"-p:SharedCompilationId={_name}"];

    /// <summary>Ends the server, if one was started.</summary>
    public async ValueTask DisposeAsync()
    {
        string project = Path.Combine(root, "tests", "Run", "Run.csproj");
        var (_, roslyn) = await Dotnet.RunAsync(root, "msbuild", project, "-getProperty:RoslynTargetsPath");
        await Dotnet.RunAsync(root, Path.Combine(roslyn.Trim(), "bincore", "VBCSCompiler.dll"), "-shutdown", $"-pipename:{_name}");
    }
}
