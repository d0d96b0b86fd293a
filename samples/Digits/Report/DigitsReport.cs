using NumCnn;
using NumCnn.Samples.Shared.Html;
using Samples.Digits.Data;
using Samples.Digits.Training;
using static NumCnn.Samples.Shared.Html.MarkupWriter;

namespace Samples.Digits.Report;

/// <summary>Everything that the report shows.</summary>
/// <param name="Network">Layers, shapes and counts.</param>
/// <param name="Source">Where the images come from, in a few words.</param>
/// <param name="TrainingImages">How many were trained on; 0 if nothing was trained.</param>
/// <param name="Epochs">The training's course; empty if nothing was trained.</param>
/// <param name="Test">The images that were read.</param>
/// <param name="Readings">The network's answers for them.</param>
/// <param name="FirstLayer">Filters and feature maps.</param>
internal sealed record DigitsReport(
    NetworkInfo Network,
    string Source,
    int TrainingImages,
    IReadOnlyList<EpochReport> Epochs,
    DigitSet Test,
    Readings Readings,
    FeatureMaps FirstLayer)
{
    /// <summary>Writes the page; an older file is replaced in one step.</summary>
    public void Save(string path)
    {
        var page = new ReportPage(
            $"{Network.Name} reads digits",
            Epochs.Count == 0 ? $"Evaluated on {Source}." : $"Trained for {Epochs.Count} {(Epochs.Count == 1 ? "epoch" : "epochs")} on {Source}.",
            Tiles());
        if (Epochs.Count > 0)
        {
            page.Section("Training", "Loss and accuracy by epoch. Training is measured on the distorted images of the epoch's own steps, validation afterwards on images held out from the training.", WriteCurves);
        }

        page.Section("Confusion", "Rows: what an image shows. Columns: what the network answered. Blue is right, orange is wrong; the last column is the share found.", html => ConfusionMatrix.Write(html, Readings.Confusion));
        page.Section("Worst mistakes", "Test images read wrongly, the surest answers first.", html => Mistakes.Write(html, Readings, Test));
        page.Section("First layer", "Each filter of the first convolution above the map of where it answers, after the ReLU. Blue is above zero, orange below; all filters share one scale, and so do all maps.", FirstLayer.Write);
        page.Section("Network", "As compiled from network.yaml, for one image.", html => NetworkTable.Write(html, Network));
        page.Save(path);
    }

    private (string Label, string Value)[] Tiles()
    {
        List<(string, string)> tiles =
        [
            ("test accuracy", Percent(Readings.Accuracy, 2)),
            ("right answers", $"{Count(Readings.Correct)} / {Count(Readings.All.Count)}"),
            ("parameters", Count(Network.ParameterCount)),
        ];
        if (Epochs.Count > 0)
        {
            tiles.Add(("training images", Count(TrainingImages)));
            tiles.Add(("training time", Number(Math.Round(Epochs.Sum(e => e.Duration.TotalSeconds), 1)) + " s"));
        }

        return [.. tiles];
    }

    private void WriteCurves(MarkupWriter html)
    {
        using (html.Element("div", ("class", "charts")))
        {
            new LineChart(
                "Loss", "epoch", Number,
                new Series("training", [.. Epochs.Select(e => e.Training.Loss)]),
                new Series("validation", [.. Epochs.Select(e => e.Validation!.Loss)])).Write(html);
            new LineChart(
                "Accuracy", "epoch", share => Number(100 * share) + " %",
                new Series("training", [.. Epochs.Select(e => e.Training.Accuracy!.Value)]),
                new Series("validation", [.. Epochs.Select(e => e.Validation!.Accuracy!.Value)])).Write(html);
        }
    }
}
