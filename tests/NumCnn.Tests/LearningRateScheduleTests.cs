namespace NumCnn.Tests;

/// <summary>Against torch.optim.lr_scheduler: Reference/schedules.py, whose optimizer has a rate of 0.4.</summary>
public sealed class LearningRateScheduleTests
{
    private static readonly ReferenceData s_torch = new("schedules.npz");

    private static readonly Dictionary<string, LearningRateSchedule> s_schedules = new(StringComparer.Ordinal)
    {
        ["step"] = new StepLr(3, 0.5),
        ["multi_step"] = new MultiStepLr([4, 9, 9, 15], 0.3),
        ["exponential"] = new ExponentialLr(0.93),
        ["cosine"] = new CosineAnnealingLr(10, 0.01),
        ["cosine_beyond"] = new CosineAnnealingLr(7),
        ["linear"] = new LinearLr(),
        ["linear_down"] = new LinearLr(1, 0.2, 8),
        ["sequential"] = new SequentialLr(new LinearLr(0.1, 1, 5), new ExponentialLr(0.9), 5),
        ["one_cycle"] = new OneCycleLr(0.7, 40),
        ["one_cycle_linear"] = new OneCycleLr(0.7, 33, 0.4, linear: true, 10, 100),
        ["one_cycle_three"] = new OneCycleLr(0.7, 41, threePhases: true),
    };

    public static TheoryData<string> Names { get; } = [.. s_schedules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates_are_PyTorchs(string name)
    {
        double[] expected = s_torch.Doubles(name);
        for (int time = 0; time < expected.Length; time++)
        {
            double actual = s_schedules[name].RateAt(0.4, time);
            // PyTorch multiplies step by step: its rounding errors add up, more so near 0.
            Assert.True(Math.Abs(expected[time] - actual) <= 1e-14, $"{name} at {time}: {actual:R}, PyTorch {expected[time]:R}");
        }
    }

    [Fact]
    public void Every_schedule_of_the_script_is_compared() => Assert.Equal(s_torch.Names.Order(), s_schedules.Keys.Order());

    [Fact]
    public void One_cycle_keeps_its_last_rate_beyond_the_end() =>
        Assert.Equal(new OneCycleLr(0.7, 40).RateAt(0, 39), new OneCycleLr(0.7, 40).RateAt(0, 100), 1e-18);
}
