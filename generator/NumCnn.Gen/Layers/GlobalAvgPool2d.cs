namespace NumCnn.Gen.Layers;

/// <summary>Mean of each channel; the output is [channels, 1, 1].</summary>
internal sealed class GlobalAvgPool2d : Layer
{
    public override string Kind => "global_avg_pool2d";

    public override string Summary => "Mean of each channel; the output is [channels, 1, 1].";
}
