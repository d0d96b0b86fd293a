using System.Runtime.CompilerServices;

namespace NumCnn.Gen.Tests.Support;

/// <summary>
/// Snapshots by the conventions of the Verify package, whose base package cannot be restored here: <c>await Verify(text)</c> compares with
/// <c>Class.Method.verified.ext</c> beside the test and leaves <c>Class.Method.received.ext</c> there on a mismatch. The package replaces this file and nothing else.
/// </summary>
internal static class Verifier
{
    /// <param name="target">The text to compare.</param>
    /// <param name="extension">The snapshot's file extension.</param>
    /// <param name="parameters">Tells the cases of a theory apart.</param>
    /// <param name="sourceFile">The test's file; filled in by the compiler.</param>
    /// <param name="method">The test's method; filled in by the compiler.</param>
    public static async Task Verify(string target, string extension = "txt", string? parameters = null, [CallerFilePath] string sourceFile = "", [CallerMemberName] string method = "")
    {
        var name = $"{Path.GetFileNameWithoutExtension(sourceFile)}.{method}{(parameters is null ? "" : "_" + parameters)}";
        var stem = Path.Combine(Path.GetDirectoryName(sourceFile)!, name);
        var (verified, received) = ($"{stem}.verified.{extension}", $"{stem}.received.{extension}");
        var text = Normalise(target);
        if (File.Exists(verified) && Normalise(await File.ReadAllTextAsync(verified)) == text)
        {
            File.Delete(received);
            return;
        }

        await File.WriteAllTextAsync(received, text);
        Assert.Fail(File.Exists(verified)
            ? $"{received} differs from {verified}. If it is right, move it there."
            : $"{verified} does not exist. If {received} is right, move it there.");
    }

    // A checkout may have changed the ends of lines, and editors the end of the file.
    private static string Normalise(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
}
