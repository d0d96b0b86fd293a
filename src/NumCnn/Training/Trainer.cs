using System.Numerics;

namespace NumCnn;

/// <summary>Makes trainers.</summary>
public static class Trainer
{
    /// <summary>A trainer for a network; both types follow from the one <see cref="ITrainable{T, TTarget}"/> that it implements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TTarget">The targets' type.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">The optimizer; Adam with its defaults if left out.</param>
    /// <returns>The trainer.</returns>
    public static Trainer<T, TTarget> For<T, TTarget>(ITrainable<T, TTarget> network, Optimizer? optimizer = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged => new(network, optimizer ?? new Adam());
}

/// <summary>
/// Trains a network in mini-batches and measures it. With class labels the accuracy is measured from the start; other
/// metrics can be added.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TTarget">The targets' type.</typeparam>
public sealed class Trainer<T, TTarget>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    private readonly int _targetLength;

    internal Trainer(ITrainable<T, TTarget> network, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        Optimizer = optimizer;
        NetworkInfo info = network.Info;
        _targetLength = info.OutputLength;
        if (typeof(TTarget) == typeof(int))
        {
            int classes = info.OutputShape[0];
            _targetLength /= classes;
            Metrics.Add((Metric<T, TTarget>)(object)new Accuracy<T>(classes, _targetLength));
        }
    }

    /// <summary>The network.</summary>
    public ITrainable<T, TTarget> Network { get; }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>What is measured beside the loss, on training and validation sets.</summary>
    public IList<Metric<T, TTarget>> Metrics { get; } = [];

    /// <summary>Trains the network.</summary>
    /// <param name="training">The samples to learn from.</param>
    /// <param name="validation">The samples to judge epochs by, or null to judge by the training set.</param>
    /// <param name="options">How the training goes; null for the defaults.</param>
    /// <param name="progress">Is told after every step.</param>
    /// <param name="cancellationToken">Ends the training after the step that runs, with the best finished epoch's weights.</param>
    /// <returns>What the training did.</returns>
    /// <exception cref="ArgumentException">A data set's lengths are not the network's, or nothing has the monitored name.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite; the network has the best epoch's weights.</exception>
    public TrainingResult Fit(
        Dataset<T, TTarget> training,
        Dataset<T, TTarget>? validation = null,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        options ??= new TrainingOptions();
        TrainingOptions.Check(options);
        CheckLengths(training, nameof(training));
        if (validation is not null)
        {
            CheckLengths(validation, nameof(validation));
        }

        var best = new BestEpoch<T>(Network.Parameters, options, HigherIsBetter(options.Monitor));
        bool wasTraining = Network.Training;
        double initialRate = Optimizer.LearningRate;
        try
        {
            Network.Training = true;
            var run = new TrainingRun<T, TTarget>(this, training, validation, options, best, initialRate, progress);
            return run.Run(cancellationToken);
        }
        finally
        {
            Network.Training = wasTraining;
            Optimizer.LearningRate = initialRate;
        }
    }

    /// <summary>Measures the network on a data set, in evaluation mode.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="batchSize">Samples of a call.</param>
    /// <param name="metrics">Further metrics for this time, such as a <see cref="ConfusionMatrix{T}"/>; they are reset first.</param>
    /// <returns>The mean loss and the metrics.</returns>
    /// <exception cref="ArgumentException">The data set's lengths are not the network's.</exception>
    public Evaluation Evaluate(Dataset<T, TTarget> data, int batchSize = 256, params IReadOnlyList<Metric<T, TTarget>> metrics)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        CheckLengths(data, nameof(data));
        var meter = new Meter<T, TTarget>([.. Metrics, .. metrics]);
        int batch = Math.Min(batchSize, data.Count);
        T[] outputs = new T[checked(batch * Network.Info.OutputLength)];
        for (int start = 0; start < data.Count; start += batch)
        {
            int samples = Math.Min(batch, data.Count - start);
            Dataset<T, TTarget> slice = data.Slice(start, samples);
            Span<T> some = outputs.AsSpan(0, samples * Network.Info.OutputLength);
            Network.Predict(slice.Inputs.Span, some);
            T loss = Network.LossOf(some, slice.Targets.Span);
            meter.Add(double.CreateTruncating(loss), some, slice.Targets.Span, samples);
        }

        return meter.Result();
    }

    private bool HigherIsBetter(string monitor)
    {
        if (monitor == TrainingOptions.LossName)
        {
            return false;
        }

        foreach (Metric<T, TTarget> metric in Metrics)
        {
            if (metric.Name == monitor)
            {
                return metric.HigherIsBetter;
            }
        }

        throw new ArgumentException($"Nothing is named '{monitor}'. There are: {string.Join(", ", Metrics.Select(static metric => metric.Name).Prepend(TrainingOptions.LossName))}.", nameof(monitor));
    }

    private void CheckLengths(Dataset<T, TTarget> data, string name)
    {
        if (data.InputLength != Network.Info.InputLength)
        {
            throw new ArgumentException($"Samples have {data.InputLength} inputs, but {Network.Info.Name} takes {Network.Info.InputLength}.", name);
        }

        if (data.TargetLength != _targetLength)
        {
            throw new ArgumentException($"Samples have {data.TargetLength} targets, but {Network.Info.Name} needs {_targetLength}.", name);
        }
    }
}
