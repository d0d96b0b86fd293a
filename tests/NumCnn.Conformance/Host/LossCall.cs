using System.Numerics;

namespace NumCnn.Conformance.Host;

/// <summary>Calls a network's loss whatever its targets are: classes (int) or values (T).</summary>
internal static class LossCall
{
    public static bool Has<T>(IPredictor<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => network is ITrainable<T, int> or ITrainable<T, T>;

    public static double Evaluate<T>(INetwork<T> network, double[] targets, out T[] outputGradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> gradient;
        T loss = network is ITrainable<T, int> classes
            ? classes.Loss(Numbers.To<int>(targets), out gradient)
            : ((ITrainable<T, T>)network).Loss(Numbers.To<T>(targets), out gradient);
        outputGradient = gradient.ToArray();
        return double.CreateTruncating(loss);
    }

    public static double Of<T>(INetwork<T> network, ReadOnlySpan<T> outputs, double[] targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => double.CreateTruncating(network is ITrainable<T, int> classes
            ? classes.LossOf(outputs, Numbers.To<int>(targets))
            : ((ITrainable<T, T>)network).LossOf(outputs, Numbers.To<T>(targets)));
}
