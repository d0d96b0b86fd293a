using System.Text.RegularExpressions;
using NumCnn.Conformance.Host;
using NumCnn.Random;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>
/// How far float32 outputs are from the same network in float64, which the reference values of the corpus hold to PyTorch's.
/// The benchmarks' command <c>accuracy</c> prints the same for every network, beside other libraries.
/// </summary>
public partial class AccuracyTests
{
    private const int Samples = 64;

    // Sums of up to some hundred terms, one rounding each, through a few layers: about 4 and 5 units of 2⁻²³ were measured. Without
    // fused multiply-add every product is rounded as well.
    private const double Farthest = 1e-6, Typical = 1.5e-7;

    [Theory]
    [InlineData("lenet5")]
    [InlineData("resnet8")]
    public void Outputs_in_float32_are_within_a_millionth_of_the_largest(string name)
    {
        string yaml = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Benchmarks", name + ".network.yaml"));
        CompiledNetworks compiled = NetworkHost.Compile([("a.network.yaml", Variant(yaml, "float32")), ("b.network.yaml", Variant(yaml, "float64"))]);
        var single = (INetwork<float>)compiled.Create("Float32");
        var exact = (INetwork<double>)compiled.Create("Float64");
        foreach (Parameter<float> parameter in single.Parameters)
        {
            exact.Parameters[parameter.Name].CopyFrom(Numbers.From(parameter));
        }

        float[] x = Array.ConvertAll(new RandomState(11).Rand(Samples * single.Info.InputLength), static value => (float)value);
        float[] y = new float[Samples * single.Info.OutputLength];
        double[] expected = new double[y.Length];
        single.Predict(x, y);
        exact.Predict(Numbers.From<float>(x), expected);

        double largest = expected.Max(Math.Abs);
        double[] errors = [.. y.Zip(expected, (actual, value) => Math.Abs(actual - value) / largest)];
        Assert.True(errors.Max() < Farthest, $"{errors.Max():g3} of the largest output");
        Assert.True(errors.Average() < Typical, $"{errors.Average():g3} of the largest output on average");

        // Neither element type was taken for the other.
        Assert.True(errors.Max() > 0);
    }

    private static string Variant(string yaml, string type) => ClassName().Replace(yaml, $"name: {char.ToUpperInvariant(type[0])}{type[1..]}\ndtype: {type}");

    [GeneratedRegex("^name: .*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClassName();
}
