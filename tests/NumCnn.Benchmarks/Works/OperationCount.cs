namespace NumCnn.Benchmarks.Works;

/// <summary>Floating-point operations that a network needs; a multiply-add counts as two, everything else as none.</summary>
internal static class OperationCount
{
    public static double Inference(NetworkInfo network, int batch) => 2.0 * network.MultiplyAdds * batch;

    /// <summary>Forward, weight gradient and input gradient take the same number each; a layer with no parameters before it owes no input gradient.</summary>
    public static double TrainingStep(NetworkInfo network, int batch)
    {
        var trained = new HashSet<string>(StringComparer.Ordinal);
        double multiplyAdds = 0;
        foreach (var layer in network.Layers)
        {
            bool owesInputGradient = layer.Inputs.Any(trained.Contains);
            multiplyAdds += layer.MultiplyAdds * (owesInputGradient ? 3.0 : 2.0);
            if (owesInputGradient || layer.ParameterCount > 0)
            {
                trained.Add(layer.Name);
            }
        }

        return 2 * multiplyAdds * batch;
    }
}
