namespace NumCnn.Gen.Layers;

/// <summary>Logarithm of softmax, over channels or features.</summary>
internal sealed class LogSoftmax : Layer
{
    public override string Kind => "log_softmax";

    public override string Summary => "Logarithm of softmax, over channels or features.";
}
