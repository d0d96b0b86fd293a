namespace NumCnn.Gen.Schedule;

/// <summary>
/// Steps of a sum that stand together in a loop's body, so that what several of them read is loaded once: neighbouring
/// outputs of a convolution read the same pixels at different taps. Only the innermost reduction axes take part.
/// </summary>
internal sealed class Body
{
    public Body((Axis Axis, int Count)[] axes)
    {
        Axes = axes;
        Steps = axes.Aggregate(1, static (product, axis) => product * axis.Count);
    }

    /// <summary>The reduction axes and how many of their iterations stand in the body, outermost first.</summary>
    public (Axis Axis, int Count)[] Axes { get; }

    /// <summary>How many iterations these are together.</summary>
    public int Steps { get; }

    public int CountOf(Axis axis)
    {
        foreach (var (own, count) in Axes)
        {
            if (own == axis)
            {
                return count;
            }
        }

        return 1;
    }

    /// <summary>
    /// Whether an access moves one way through memory while the steps go on. Updates sorted by its address then keep the
    /// order of every sum.
    /// </summary>
    public bool MovesOneWay(Access access)
    {
        int reach = 0;
        int sign = 0;
        for (int i = Axes.Length - 1; i >= 0; i--)
        {
            var (axis, count) = Axes[i];
            int factor = access.Address.FactorOf(axis);
            if (factor == 0 ? reach > 0 && count > 1 : (sign != 0 && Math.Sign(factor) != sign) || Math.Abs(factor) < reach)
            {
                return false;
            }

            sign = factor == 0 ? sign : Math.Sign(factor);
            reach += Math.Abs(factor) * (count - 1);
        }

        return sign != 0;
    }

    public override string ToString() => string.Join(" × ", Axes.Select(static axis => FormattableString.Invariant($"{axis.Count} {axis.Axis.Name}")));
}
