using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph.Nodes;

/// <content>The gradients where a max pooling reads the output, and leaves most of its gradient zero.</content>
internal sealed partial class ConvolutionNode
{
    /// <summary>The share of the sum's own cycles that Winograd's algorithm takes, about.</summary>
    private const double WinogradShare = 0.5;

    /// <summary>Not null where the output's gradient is one element a window of a pooling.</summary>
    public MaximaGradient? Maxima { get; set; }

    /// <summary>The gradients from one element a window; null where the other ways are cheaper.</summary>
    public MaximaSums? SumsOfMaxima(MaxPoolNode pool)
    {
        if (_transposed || !_weight.Trainable)
        {
            return null;
        }

        double weight = WinogradOfWeight is null ? 1 : WinogradShare;
        double input = !Input.NeedsGradient || !Input.Trains ? 0 : WinogradOfGradient is null ? 1 : WinogradShare;
        return MaximaSums.For(_equation, pool.Window, pool.Output.Shape, _order, (weight, input));
    }

    private void WeightGradientOfMaxima(ProgramBuilder program, MaximaGradient maxima, string kernel)
    {
        var sums = maxima.Sums;
        var x = maxima.Image;
        if (maxima.IsCopy)
        {
            string copyTitle = $"{Layer}: x with its pixels side by side";
            var nests = Nests.Copy(copyTitle, Input.Shape, Math.Max(1, Input.Phases), (c, i, j) => (x.At(c, i, j), Input.View.At(c, i, j)));
            program.Add(Layer + ".TurnInput", copyTitle, Domain.Samples, nests, [(Input.View.Storage, "x"), (x.Storage, "y")]);
        }

        string title = $"{Layer}: dw = Σ over samples and windows of dy · x around the window's maximum, a row of taps with their channels at once";
        var shard = ProgramBuilder.Shard(_weight.Name + " by run", sums.SumsLength);
        var total = program.Scratch(_weight.Name + " by run", sums.SumsLength);
        program.AddParameterGradient(
            kernel,
            title,
            $"{Layer}: dw from its rows of taps with their channels",
            sums.WeightGradient(title, maxima, shard),
            sums.FoldWeights(title, total, _weight.GradientStorage, _order),
            shard,
            (total, "sums"),
            [(x.Storage, "x"), (maxima.Shares.Storage, "dy"), (maxima.InImage.Storage, "place"), (shard, "dw"), (_weight.GradientStorage, "dw")]);
    }

    private void InputGradientOfMaxima(ProgramBuilder program, MaximaGradient maxima, View dx)
    {
        var sums = maxima.Sums;
        var padded = program.Scratch(_weight.Name + " in zeros", sums.PaddedLength);
        string copyTitle = $"{Layer}: the weight in zeros, so that it can be moved to where a window's maximum is";
        program.AddPreparation(Layer + ".PadWeight", copyTitle, sums.PadWeight(copyTitle, _weight.Storage, _order, padded), (_weight.Storage, "w"), (padded, "padded"));

        bool overChannels = Input.Phases == 0 && Input.Shape.Channels % program.Block == 0;
        var part = GradientPart.Of(Input, this, storesOnce: overChannels);
        string title = $"{Layer}: dx = Σ over windows and outputs of w, moved to the maximum, · dy{part.Title}";
        var target = sums.Target("d" + Input.Name + " with what is around it");
        List<Nest> nests = [.. sums.InputGradient(title, maxima, padded, target)];
        copyTitle = $"{Layer}: dx in the order of its readers{part.Title}";
        nests.AddRange(overChannels
            ? [Nests.Elementwise(copyTitle, Input, program.Block, (nest, c, i, j) => nest.Stores.Add(part.Store(c, i, j, target.At(c, i, j))))]
            : Nests.Copy(copyTitle, Input.Shape, Math.Max(1, dx.Phases), (c, i, j) => (dx.At(c, i, j), part.Complete(target.At(c, i, j), view => view.At(c, i, j)))));
        program.Add(
            Layer + ".InputGradient",
            title,
            Domain.Samples,
            nests,
            [(maxima.Shares.Storage, "dy"), (maxima.InWeight!.Storage, "place"), (padded, "w"), .. part.Roles, (target.Storage, "sums"), (dx.Storage, "dx")]);
    }
}
