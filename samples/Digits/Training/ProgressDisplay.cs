using NumCnn;
using Spectre.Console;

namespace Samples.Digits.Training;

/// <summary>Shows a training: a line an epoch, and on an interactive console a bar below them.</summary>
/// <param name="epochFinished">Called at the end of every epoch, on the thread that trains.</param>
internal sealed class ProgressDisplay(Action<EpochReport> epochFinished) : IProgress<TrainingProgress>
{
    private ProgressTask? _bar;

    /// <summary>Runs a training under the display.</summary>
    public TrainingResult Show(Func<TrainingResult> training)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return training();
        }

        TrainingResult? result = null;
        AnsiConsole.Progress()
            .AutoClear(enabled: true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                _bar = context.AddTask("training");
                result = training();
            });
        _bar = null;
        return result!;
    }

    public void Report(TrainingProgress value)
    {
        if (_bar is not null)
        {
            _bar.MaxValue = (double)value.Epochs * value.Steps;
            _bar.Value = (value.Epoch - 1.0) * value.Steps + value.Step;
            _bar.Description = $"epoch {value.Epoch}/{value.Epochs}, loss {value.Loss:F4}";
        }

        if (value.Finished is { } report)
        {
            Write(Line(report, value.Epochs));
            epochFinished(report);
        }
    }

    private static string Line(EpochReport report, int epochs)
    {
        string number = report.Epoch.ToString().PadLeft(epochs.ToString().Length);
        return $"epoch {number}/{epochs}   loss {report.Training.Loss:F4}   "
            + $"held out: loss {report.Validation!.Loss:F4}, accuracy {100 * report.Validation.Accuracy:F2} %   "
            + $"{report.Duration.TotalSeconds:F2} s";
    }

    private void Write(string line)
    {
        if (_bar is null)
        {
            Console.WriteLine(line);
        }
        else
        {
            AnsiConsole.WriteLine(line); // above the bar
        }
    }
}
