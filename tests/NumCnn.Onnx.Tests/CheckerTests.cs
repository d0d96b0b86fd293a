using System.ComponentModel;
using System.Diagnostics;
using NumCnn.Conformance;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Onnx.Tests;

/// <summary>A fact that needs Debian's python3-onnx; where it is not installed, the test says so and is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxCheckerFactAttribute : FactAttribute
{
    public OnnxCheckerFactAttribute()
    {
        if (CheckerTests.Python("import onnx") is not (0, _))
        {
            Skip = "python3-onnx is not installed.";
        }
    }
}

/// <summary>ONNX's own checker, with shape inference, on every network of the corpus in both element types.</summary>
public class CheckerTests
{
    private const string Script = """
        import pathlib, sys, onnx
        bad = 0
        for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
            try:
                onnx.checker.check_model(str(path), full_check=True)
            except Exception as problem:
                bad += 1
                print(path.name, problem)
        sys.exit(1 if bad else 0)
        """;

    [OnnxCheckerFact]
    public void The_checker_accepts_every_model()
    {
        var folder = Directory.CreateTempSubdirectory("numcnn-onnx-");
        try
        {
            foreach (string name in CorpusNetwork.All.Select(static network => network.Name))
            {
                OnnxExporter.Save(CorpusNetworks.LoadPredictor<float>(name), Path.Combine(folder.FullName, name + ".float32.onnx"));
                OnnxExporter.Save(CorpusNetworks.LoadPredictor<double>(name), Path.Combine(folder.FullName, name + ".float64.onnx"));
            }

            var (code, output) = Python(Script, folder.FullName);
            Assert.True(code == 0, output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static (int Code, string Output) Python(string script, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }
}
