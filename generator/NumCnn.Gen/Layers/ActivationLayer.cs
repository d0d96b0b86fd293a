namespace NumCnn.Gen.Layers;

/// <summary>A function of one value, applied to each; the shape stays.</summary>
internal abstract class ActivationLayer : Layer;
