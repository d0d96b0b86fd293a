namespace NumCnn;

/// <summary>
/// Up to a highest rate and down to almost nothing (Smith and Topin, 2018): OneCycleLR. Time is optimizer steps. The
/// optimizer's own rate plays no part, and its momentum is left alone (PyTorch's cycle_momentum=False).
/// </summary>
public sealed class OneCycleLr : LearningRateSchedule
{
    private readonly double _initial;
    private readonly double _highest;
    private readonly double _final;
    private readonly bool _isLinear;
    private readonly (double End, double From, double To)[] _phases;

    /// <summary>Creates the schedule.</summary>
    /// <param name="highestRate">PyTorch's max_lr.</param>
    /// <param name="totalSteps">All steps of the training; later ones keep the last rate.</param>
    /// <param name="rise">PyTorch's pct_start: the share of the steps in which the rate rises.</param>
    /// <param name="linear">Straight lines instead of half cosines (anneal_strategy).</param>
    /// <param name="initialDivisor">PyTorch's div_factor: the highest rate over the first one.</param>
    /// <param name="finalDivisor">PyTorch's final_div_factor: the first rate over the last one.</param>
    /// <param name="threePhases">Falls to the first rate as fast as it rose, and to the last one in what remains.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps, or the share is outside 0 to 1.</exception>
    public OneCycleLr(
        double highestRate,
        int totalSteps,
        double rise = 0.3,
        bool linear = false,
        double initialDivisor = 25,
        double finalDivisor = 1e4,
        bool threePhases = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalSteps);
        if (!(rise is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rise), rise, "rise must lie between 0 and 1.");
        }

        _highest = highestRate;
        _initial = highestRate / initialDivisor;
        _final = _initial / finalDivisor;
        _isLinear = linear;
        double top = rise * totalSteps - 1;
        _phases = threePhases
            ? [(top, _initial, _highest), (2 * rise * totalSteps - 2, _highest, _initial), (totalSteps - 1, _initial, _final)]
            : [(top, _initial, _highest), (totalSteps - 1, _highest, _final)];
    }

    /// <inheritdoc/>
    public override double RateAt(double initialRate, long time)
    {
        double start = 0;
        foreach ((double end, double from, double to) in _phases)
        {
            if (time <= end)
            {
                return Anneal(from, to, end > start ? (time - start) / (end - start) : 1);
            }

            start = end;
        }

        return _final;
    }

    private double Anneal(double from, double to, double share) =>
        _isLinear ? from + (to - from) * share : to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share));
}
