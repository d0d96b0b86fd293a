namespace NumCnn.Packaging;

/// <summary>
/// A program published as native code trains, saves, loads and predicts as it does under the just-in-time compiler: with fused
/// multiply-add bit for bit, by default (x64 from before it) within rounding. Trimming and native compilation have nothing to say.
/// </summary>
public sealed class NativePublishTests(NativePrograms programs) : IClassFixture<NativePrograms>
{
    private static readonly Lazy<NetworkRun[]> Jit = new(static () => NetworkRun.Of("dotnet", SourceCopy.Metadata("JitProgram")));

    [Fact]
    public void The_program_prints_its_two_networks()
    {
        Assert.Equal(["Residual", "Smooth"], Jit.Value.Select(static run => run.Name));
        Assert.All(Jit.Value, static run => Assert.All(run.Numbers, static number => Assert.True(double.IsFinite(number))));

        // The stem's weight 16·3·3·3, four values a channel of the norm, weight 16·16·3·3 and bias, weight 5·256 and bias, 6 samples of 5.
        Assert.Equal(432 + 64 + 2304 + 16 + 1280 + 5 + 30, Jit.Value[0].Numbers.Length);
    }

    [NativeFact]
    public void By_default_a_native_program_differs_by_rounding_only()
    {
        NetworkRun[] native = NetworkRun.Of(programs.Plain.Path);

        Assert.All(native, static run => Assert.Equal("Vector128", run.Family));
        Assert.Equal(Jit.Value.Length, native.Length);
        foreach (var (expected, actual) in Jit.Value.Zip(native))
        {
            AssertClose(expected, actual);
        }
    }

    [NativeFact(NeedsFma = true)]
    public void With_fused_multiply_add_a_native_program_has_the_bits_of_the_jit()
    {
        NetworkRun[] native = NetworkRun.Of(programs.Fused.Path);

        Assert.All(native, static run => Assert.Equal("Vector256", run.Family));
        Assert.Equal(
            Jit.Value.Select(static run => (run.Name, Bits: string.Join(' ', run.Numbers.Select(BitConverter.DoubleToInt64Bits)))),
            native.Select(static run => (run.Name, Bits: string.Join(' ', run.Numbers.Select(BitConverter.DoubleToInt64Bits)))));
    }

    [NativeFact]
    public void A_publish_without_fused_multiply_add_is_told_how_to_have_it_and_nothing_else_warns()
    {
        string[] warnings = Warnings(programs.Plain);

        string warning = Assert.Single(warnings.Distinct(StringComparer.Ordinal));
        Assert.Contains("NCG0501", warning, StringComparison.Ordinal);
        Assert.Contains("<IlcInstructionSet>avx2,bmi,bmi2,lzcnt,movbe,popcnt,fma</IlcInstructionSet>", warning, StringComparison.Ordinal);
    }

    [NativeFact]
    public void A_publish_with_fused_multiply_add_is_silent() => Assert.Empty(Warnings(programs.Fused));

    private static string[] Warnings(NativeProgram program)
        => [.. program.PublishOutput.Split('\n').Select(static line => line.Trim()).Where(static line => line.Contains("warning", StringComparison.OrdinalIgnoreCase) && !line.Contains("0 Warning(s)", StringComparison.Ordinal))];

    /// <summary>Without fused multiply-add every product is rounded once more; a few steps of training let that grow to some hundred roundings.</summary>
    private static void AssertClose(NetworkRun expected, NetworkRun actual)
    {
        double tolerance = expected.Name == "Smooth" ? 1e-13 : 1e-4;
        double largest = expected.Numbers.Max(Math.Abs);
        Assert.Equal(expected.Numbers.Length, actual.Numbers.Length);
        for (int i = 0; i < expected.Numbers.Length; i++)
        {
            double difference = Math.Abs(expected.Numbers[i] - actual.Numbers[i]);
            Assert.True(difference <= tolerance * largest, $"{expected.Name}, number {i}: {actual.Numbers[i]:R} instead of {expected.Numbers[i]:R}");
        }
    }
}
