namespace NumCnn;

/// <summary>
/// A learning rate as a function of time, with PyTorch's values. Time counts the calls of a PyTorch scheduler's step():
/// epochs or optimizer steps, as the trainer is told. All classes are immutable.
/// </summary>
public abstract class LearningRateSchedule
{
    /// <summary>The learning rate at a time.</summary>
    /// <param name="initialRate">The optimizer's own learning rate.</param>
    /// <param name="time">Epochs or steps done, from 0.</param>
    /// <returns>The learning rate.</returns>
    public abstract double RateAt(double initialRate, long time);
}

/// <summary>Multiplies by gamma every so many epochs: StepLR.</summary>
public sealed class StepLr : LearningRateSchedule
{
    private readonly int _stepSize;
    private readonly double _gamma;

    /// <summary>Creates the schedule.</summary>
    /// <param name="stepSize">Epochs between two changes.</param>
    /// <param name="gamma">The factor of a change.</param>
    public StepLr(int stepSize, double gamma = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepSize);
        _stepSize = stepSize;
        _gamma = gamma;
    }

    /// <inheritdoc/>
    public override double RateAt(double initialRate, long time) => initialRate * Math.Pow(_gamma, time / _stepSize);
}

/// <summary>Multiplies by gamma at given epochs: MultiStepLR.</summary>
/// <param name="milestones">The epochs, in any order; one that is given twice counts twice.</param>
/// <param name="gamma">The factor of a change.</param>
public sealed class MultiStepLr(IEnumerable<int> milestones, double gamma = 0.1) : LearningRateSchedule
{
    private readonly int[] _milestones = [.. milestones];

    /// <inheritdoc/>
    public override double RateAt(double initialRate, long time)
    {
        int passed = 0;
        foreach (int milestone in _milestones)
        {
            passed += milestone <= time ? 1 : 0;
        }

        return initialRate * Math.Pow(gamma, passed);
    }
}

/// <summary>Multiplies by gamma in every epoch: ExponentialLR.</summary>
/// <param name="gamma">The factor.</param>
public sealed class ExponentialLr(double gamma) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double RateAt(double initialRate, long time) => initialRate * Math.Pow(gamma, time);
}

/// <summary>Half a cosine from the initial rate to the lowest one, and back up if it goes on: CosineAnnealingLR.</summary>
public sealed class CosineAnnealingLr : LearningRateSchedule
{
    private readonly int _period;
    private readonly double _lowest;

    /// <summary>Creates the schedule.</summary>
    /// <param name="period">PyTorch's T_max: epochs until the lowest rate.</param>
    /// <param name="lowest">PyTorch's eta_min: the lowest rate.</param>
    public CosineAnnealingLr(int period, double lowest = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        _period = period;
        _lowest = lowest;
    }

    /// <inheritdoc/>
    public override double RateAt(double initialRate, long time) =>
        _lowest + (initialRate - _lowest) * (1 + Math.Cos(Math.PI * time / _period)) / 2;
}

/// <summary>A straight line between two factors of the initial rate, then constant: LinearLR. Its defaults are a warm-up.</summary>
public sealed class LinearLr : LearningRateSchedule
{
    private readonly double _startFactor;
    private readonly double _endFactor;
    private readonly int _length;

    /// <summary>Creates the schedule.</summary>
    /// <param name="startFactor">The factor at time 0.</param>
    /// <param name="endFactor">The factor from <paramref name="length"/> on.</param>
    /// <param name="length">PyTorch's total_iters: the time that the line takes.</param>
    public LinearLr(double startFactor = 1.0 / 3, double endFactor = 1, int length = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _startFactor = startFactor;
        _endFactor = endFactor;
        _length = length;
    }

    /// <inheritdoc/>
    public override double RateAt(double initialRate, long time) =>
        initialRate * (_startFactor + (_endFactor - _startFactor) * Math.Min(time, _length) / _length);
}

/// <summary>One schedule up to a time and then another, which begins at its own time 0: SequentialLR, for a warm-up.</summary>
/// <param name="first">The first schedule.</param>
/// <param name="second">The second schedule.</param>
/// <param name="milestone">When the second one begins.</param>
public sealed class SequentialLr(LearningRateSchedule first, LearningRateSchedule second, int milestone) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double RateAt(double initialRate, long time) =>
        time < milestone ? first.RateAt(initialRate, time) : second.RateAt(initialRate, time - milestone);
}
