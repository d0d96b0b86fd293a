using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Samples.Digits;

/// <summary>Reads the command line; every bad value gives one line that says what is allowed.</summary>
internal sealed class CommandLine
{
    private readonly Option<int?> _epochs = Number("--epochs", "N", "Epochs to train (default 10; with --load none unless given).", text => (int?)Whole(text, 0, 10_000), "a whole number from 0 to 10000");
    private readonly Option<int?> _batch = Number("--batch", "N", "Images a step (default 16).", text => (int?)Whole(text, 1, 10_000), "a whole number from 1 to 10000");
    private readonly Option<double?> _rate = Number("--lr", "RATE", "Adam's learning rate at the start; it falls to 0 along half a cosine (default 0.003).", Rate, "a number above 0 and at most 1, such as 0.003");
    private readonly Option<ulong?> _seed = Number("--seed", "N", "Seed of the weights, of the images' order and of their distortion (default 1).", text => (ulong?)Whole(text, 0, long.MaxValue), "a whole number from 0 on");
    private readonly Option<int?> _threads = Number("--threads", "N", "Threads of the network; the result is the same for any number (default 1).", text => (int?)Whole(text, 1, 1024), "a whole number from 1 to 1024");
    private readonly Option<string?> _data = Text("--data", "DIR", "Folder with MNIST's four files (train-images-idx3-ubyte, … or .gz). Left out: the sample draws its own digits.", value => Directory.Exists(value) ? null : "there is no such folder");
    private readonly Option<string?> _load = Text("--load", "FILE", "Start from these weights (.safetensors or .npz). Without --epochs they are only evaluated.", value => WrongExtension(value) ?? (File.Exists(value) ? null : "there is no such file"));
    private readonly Option<string?> _weights = Text("--weights", "FILE", "Save the trained weights there (.safetensors or .npz).", value => WrongExtension(value) ?? NoFolder(value));
    private readonly Option<string?> _report = Text("--report", "FILE", "Where the HTML report goes (default digits-report.html).", NoFolder);

    /// <summary>Parses the arguments and runs <paramref name="action"/> with them, or prints the help, the version or what is wrong.</summary>
    /// <returns>The action's exit code; 0 for help and version; 2 for bad arguments.</returns>
    public int Invoke(string[] arguments, Func<Options, int> action)
    {
        var command = new RootCommand("Trains LeNet-5, compiled from network.yaml, to read handwritten digits.")
        {
            _epochs, _batch, _rate, _seed, _threads, _data, _load, _weights, _report,
        };
        command.SetAction(result => action(Read(result)));
        ParseResult parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"digits: {parsed.Errors[0].Message}");
            return 2;
        }

        // Ctrl-C and exceptions are Program's business.
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private Options Read(ParseResult result) => new()
    {
        Epochs = result.GetValue(_epochs),
        Batch = result.GetValue(_batch) ?? 16,
        LearningRate = result.GetValue(_rate) ?? 0.003,
        Seed = result.GetValue(_seed) ?? 1,
        Threads = result.GetValue(_threads) ?? 1,
        Data = result.GetValue(_data),
        Load = result.GetValue(_load),
        Weights = result.GetValue(_weights),
        Report = result.GetValue(_report) ?? "digits-report.html",
    };

    private static Option<T?> Number<T>(string name, string hint, string description, Func<string, T?> parse, string allowed)
        where T : struct => new(name)
    {
        Description = description,
        HelpName = hint,
        CustomParser = result => parse(Token(result)) ?? Reject<T?>(result, name, $"give {allowed}"),
    };

    private static Option<string?> Text(string name, string hint, string description, Func<string, string?> problem) => new(name)
    {
        Description = description,
        HelpName = hint,
        CustomParser = result => problem(Token(result)) is { } reason ? Reject<string?>(result, name, reason) : Token(result),
    };

    private static string Token(ArgumentResult result) => result.Tokens[^1].Value;

    private static T? Reject<T>(ArgumentResult result, string name, string reason)
    {
        result.AddError($"{name} '{Token(result)}': {reason}.");
        return default;
    }

    private static long? Whole(string text, long lowest, long highest)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= lowest && value <= highest ? value : null;

    private static double? Rate(string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= 1 ? value : null;

    private static string? WrongExtension(string path)
        => Path.GetExtension(path).ToLowerInvariant() is ".safetensors" or ".npz" ? null : "a weight file's name ends in .safetensors or .npz";

    private static string? NoFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return "this is a folder";
        }

        return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? null : "its folder does not exist";
    }
}
