using System.Globalization;
using System.Numerics;

namespace NumCnn.Tests;

/// <summary>Against torch.nn.functional: Reference/losses.py.</summary>
public sealed class LossTests
{
    private static readonly ReferenceData s_torch = new("losses.npz");

    public static TheoryData<string> Cases { get; } =
        [.. s_torch.Names.Where(static name => name.StartsWith("float64.", StringComparison.Ordinal) && name.EndsWith(".loss", StringComparison.Ordinal)).Select(static name => name["float64.".Length..^".loss".Length])];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Doubles_are_PyTorchs_to_1e_13(string name) => Compare<double>("float64." + name, 1e-13);

    // PyTorch computes in float32 here and we in double, so the difference is PyTorch's rounding.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Floats_are_PyTorchs_to_2e_6(string name) => Compare<float>("float32." + name, 2e-6);

    [Fact]
    public void There_is_a_case_for_every_loss() => Assert.Equal(18, Cases.Count);

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(-99)]
    public void A_label_that_is_no_class_is_said_with_index_value_and_classes(int label)
    {
        var loss = new CrossEntropyLoss<float>(3, 1, 0, -100);
        float[] gradient = [7, 7, 7, 7, 7, 7];
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => loss.Evaluate(new float[6], [2, label], 2, gradient));
        Assert.Contains($"Target 1 has label {label}, but there are 3 classes", e.Message, StringComparison.Ordinal);
        Assert.Equal(label, e.ActualValue);
        Assert.Equal([7, 7, 7, 7, 7, 7], gradient);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NllLoss<float>(3, 1, -100).Evaluate(new float[6], [2, label], 2, []));
    }

    [Fact]
    public void Lengths_that_do_not_match_are_said()
    {
        var loss = new CrossEntropyLoss<float>(3, 1, 0, -100);
        Assert.Contains("5 outputs, but 2 samples have 6", Assert.Throws<ArgumentException>(() => loss.Evaluate(new float[5], [1, 1], 2, [])).Message, StringComparison.Ordinal);
        Assert.Contains("3 targets, but 2 samples have 2", Assert.Throws<ArgumentException>(() => loss.Evaluate(new float[6], [1, 1, 1], 2, [])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => loss.Evaluate(new float[6], [1, 1], 2, new float[5]));
        var mse = new MseLoss<float>();
        Assert.Contains("5 targets", Assert.Throws<ArgumentException>(() => mse.Evaluate(new float[6], new float[5], 2, [])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => mse.Evaluate(new float[5], new float[5], 2, []));
        Assert.Throws<ArgumentException>(() => new HalfSquaredErrorLoss<float>(2).Evaluate(new float[6], new float[6], 2, []));
    }

    [Fact]
    public void NaN_outputs_give_a_NaN_loss()
    {
        double[] outputs = [0.5, double.NaN, 0.25, 0.5];
        double[] targets = [0, 1, 1, 0];
        ElementwiseLoss<double>[] losses = [new MseLoss<double>(), new HalfSquaredErrorLoss<double>(2), new L1Loss<double>(), new SmoothL1Loss<double>(1), new BceLoss<double>(), new BceWithLogitsLoss<double>()];
        double[] gradient = new double[4];
        foreach (ElementwiseLoss<double> loss in losses)
        {
            Assert.True(double.IsNaN(loss.Evaluate(outputs, targets, 2, gradient)), loss.GetType().Name);
            Assert.True(double.IsNaN(gradient[1]), loss.GetType().Name);
            Assert.False(double.IsNaN(gradient[0]), loss.GetType().Name);
        }

        Assert.True(double.IsNaN(new CrossEntropyLoss<double>(2, 1, 0, -100).Evaluate(outputs, [0, 1], 2, gradient)));
        Assert.True(double.IsNaN(new NllLoss<double>(2, 1, -100).Evaluate(outputs, [1, 1], 2, gradient)));
    }

    [Fact]
    public void A_mean_over_nothing_is_NaN_with_no_gradient()
    {
        double[] gradient = [1, 1, 1, 1];
        Assert.True(double.IsNaN(new CrossEntropyLoss<double>(2, 1, 0, -100).Evaluate([1, 2, 3, 4], [-100, -100], 2, gradient)));
        Assert.Equal([0, 0, 0, 0], gradient);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(11)]
    public void Squared_errors_of_any_number_of_elements(int count)
    {
        double[] outputs = [.. Enumerable.Range(0, count).Select(static k => 0.5 * k)], targets = [.. Enumerable.Range(0, count).Select(static k => 1.0 + (k % 3))];
        double[] differences = [.. outputs.Zip(targets, static (output, target) => output - target)];
        double[] gradient = new double[count];
        double expected = differences.Sum(static difference => difference * difference);
        Assert.Equal(expected / count, new MseLoss<double>().Evaluate(outputs, targets, 1, gradient), 1e-14);
        Assert.All(differences.Zip(gradient), pair => Assert.Equal(2 * pair.First / count, pair.Second, 1e-15));
        Assert.Equal(expected / 2, new HalfSquaredErrorLoss<double>(count).Evaluate(outputs, targets, 1, gradient), 1e-14);
        Assert.Equal(differences, gradient);
        Assert.Equal(expected / count, new MseLoss<double>().Evaluate(outputs, targets, 1, []), 1e-14);

        // The same numbers as floats, which hold them exactly: only what is stored is rounded.
        float[] narrow = new float[count];
        Assert.Equal((float)(expected / count), new MseLoss<float>().Evaluate(Array.ConvertAll(outputs, Convert.ToSingle), Array.ConvertAll(targets, Convert.ToSingle), 1, narrow));
        Assert.Equal(differences.Select(difference => (float)(2.0 / count * difference)), narrow);

        // Types that nothing documents are computed one by one.
        var halves = new Half[count];
        new MseLoss<Half>().Evaluate(Array.ConvertAll(outputs, static value => (Half)value), Array.ConvertAll(targets, static value => (Half)value), 1, halves);
        Assert.Equal(differences.Select(difference => (Half)(2.0 / count * difference)), halves);
    }

    [Fact]
    public void Absolute_errors_have_no_derivative_at_0()
    {
        float[] gradient = [1, 1];
        new SmoothL1Loss<float>(0).Evaluate([3, 4], [3, 3], 1, gradient);
        Assert.Equal([0, 0.5f], gradient);
        new L1Loss<float>().Evaluate([3, 2], [3, 3], 1, gradient);
        Assert.Equal([0, -0.5f], gradient);
    }

    [Fact]
    public void Bce_refuses_what_is_no_probability()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => new BceLoss<float>().Evaluate([0.5f, 1.25f], [0, 1], 1, []));
        Assert.Contains("Output 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmoothL1Loss<float>(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SmoothL1Loss<float>(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossEntropyLoss<float>(3, 1, 1.5, -100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossEntropyLoss<float>(0, 1, 0, -100));
    }

    [Fact]
    public void Evaluating_allocates_nothing()
    {
        var labels = new CrossEntropyLoss<float>(10, 1, 0.1, -100);
        var values = new BceWithLogitsLoss<float>();
        float[] outputs = new float[320], targets = new float[320], gradient = new float[320];
        int[] classes = new int[32];
        labels.Evaluate(outputs, classes, 32, gradient);
        values.Evaluate(outputs, targets, 32, gradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        labels.Evaluate(outputs, classes, 32, gradient);
        values.Evaluate(outputs, targets, 32, gradient);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Compare<T>(string name, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] outputs = s_torch[name + ".outputs"].ToArray<T>();
        double[] expected = s_torch.Doubles(name + ".gradient");
        StoredTensor targets = s_torch[name + ".targets"];
        int samples = targets.Shape[0];
        T[] gradient = new T[outputs.Length];
        T value, valueAlone;
        if (targets.Type == StoredType.Int64)
        {
            Loss<T, int> loss = ClassLossOf<T>(name);
            int[] labels = Array.ConvertAll(targets.ToInt64Array(), static label => (int)label);
            value = loss.Evaluate(outputs, labels, samples, gradient);
            valueAlone = loss.Evaluate(outputs, labels, samples, []);
        }
        else
        {
            Loss<T, T> loss = ValueLossOf<T>(name);
            value = loss.Evaluate(outputs, targets.ToArray<T>(), samples, gradient);
            valueAlone = loss.Evaluate(outputs, targets.ToArray<T>(), samples, []);
        }

        Assert.Equal(value, valueAlone);
        Near(s_torch.Doubles(name + ".loss")[0], double.CreateTruncating(value), tolerance, name);
        for (int i = 0; i < expected.Length; i++)
        {
            Near(expected[i], double.CreateTruncating(gradient[i]), tolerance, $"{name} gradient {i}");
        }
    }

    private static void Near(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: {actual:R}, PyTorch {expected:R}");

    private static Loss<T, int> ClassLossOf<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string[] parts = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..].Split('_');
        if (parts[0] == "nll")
        {
            return new NllLoss<T>(4, 7, ignoreIndex: 3);
        }

        double smoothing = double.Parse(parts[^1], CultureInfo.InvariantCulture);
        return parts[^2] == "dense" ? new CrossEntropyLoss<T>(4, 7, smoothing, ignoreIndex: 3) : new CrossEntropyLoss<T>(5, 1, smoothing, ignoreIndex: -100);
    }

    private static Loss<T, T> ValueLossOf<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..] switch
        {
            "mse" => new MseLoss<T>(),
            "half_squared_error" => new HalfSquaredErrorLoss<T>(9),
            "l1" => new L1Loss<T>(),
            "smooth_l1_1.0" => new SmoothL1Loss<T>(1),
            "smooth_l1_0.3" => new SmoothL1Loss<T>(0.3),
            "smooth_l1_0.0" => new SmoothL1Loss<T>(0),
            "bce_with_logits" => new BceWithLogitsLoss<T>(),
            "bce" => new BceLoss<T>(),
            _ => throw new ArgumentException($"No loss for {name}.", nameof(name)),
        };
}
