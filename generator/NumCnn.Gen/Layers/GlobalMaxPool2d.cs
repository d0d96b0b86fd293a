namespace NumCnn.Gen.Layers;

/// <summary>Largest value of each channel; the output is [channels, 1, 1].</summary>
internal sealed class GlobalMaxPool2d : Layer
{
    public override string Kind => "global_max_pool2d";

    public override string Summary => "Largest value of each channel; the output is [channels, 1, 1].";
}
