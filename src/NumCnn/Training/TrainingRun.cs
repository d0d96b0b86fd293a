using System.Diagnostics;
using System.Numerics;
using NumCnn.Random;

namespace NumCnn;

/// <summary>One call of <see cref="Trainer{T, TTarget}.Fit"/>.</summary>
internal sealed class TrainingRun<T, TTarget>(
    Trainer<T, TTarget> trainer,
    Dataset<T, TTarget> training,
    Dataset<T, TTarget>? validation,
    TrainingOptions options,
    BestEpoch<T> best,
    double initialRate,
    IProgress<TrainingProgress>? progress)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    private readonly ITrainable<T, TTarget> _network = trainer.Network;
    private readonly int _batchSize = Math.Min(options.BatchSize, training.Count);
    private readonly int _steps = (training.Count + options.BatchSize - 1) / options.BatchSize;
    private readonly int[] _order = new int[training.Count];
    private readonly T[] _inputs = new T[checked(Math.Min(options.BatchSize, training.Count) * training.InputLength)];
    private readonly TTarget[] _targets = new TTarget[checked(Math.Min(options.BatchSize, training.Count) * training.TargetLength)];
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public TrainingResult Run(CancellationToken cancellationToken)
    {
        _network.Reserve(_batchSize);
        var reports = new List<EpochReport>();
        TrainingEnd end = TrainingEnd.Completed;
        for (int epoch = 1; epoch <= options.Epochs && end == TrainingEnd.Completed; epoch++)
        {
            TimeSpan started = _watch.Elapsed;
            if (RunEpoch(epoch, cancellationToken) is not { } trained)
            {
                end = TrainingEnd.Cancelled;
                break;
            }

            Evaluation? validated = Validate(epoch);
            bool isBest = best.Offer(epoch, (validated ?? trained)[options.Monitor]);
            var report = new EpochReport(epoch, trained, validated, trainer.Optimizer.LearningRate, _watch.Elapsed - started, isBest);
            reports.Add(report);
            Tell(epoch, _steps, trained.Loss, report);
            end = best.IsPatienceOver(epoch) ? TrainingEnd.StoppedEarly : end;
        }

        // Half an epoch is no epoch: a cancelled training goes back to a state that was measured, if there is one.
        if (best.Epoch > 0 && options.RestoreBest)
        {
            best.Restore();
        }

        return new TrainingResult(end, reports, best.Epoch, _watch.Elapsed);
    }

    private Evaluation? RunEpoch(int epoch, CancellationToken cancellationToken)
    {
        Order(epoch);
        var meter = new Meter<T, TTarget>([.. trainer.Metrics]);
        for (int step = 0; step < _steps; step++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            Step(epoch, step, meter);
            Tell(epoch, step + 1, meter.Loss, finished: null);
        }

        return meter.Result();
    }

    private void Step(int epoch, int step, Meter<T, TTarget> meter)
    {
        int first = step * _batchSize;
        int samples = Math.Min(_batchSize, training.Count - first);
        Span<T> inputs = _inputs.AsSpan(0, samples * training.InputLength);
        Span<TTarget> targets = _targets.AsSpan(0, samples * training.TargetLength);
        training.Gather(_order.AsSpan(first, samples), inputs, targets);
        if (options.Schedule is { } schedule)
        {
            long time = options.SchedulePerStep ? (epoch - 1L) * _steps + step : epoch - 1;
            trainer.Optimizer.LearningRate = schedule.RateAt(initialRate, time);
        }

        ReadOnlySpan<T> outputs = _network.Forward(inputs);
        double loss = double.CreateTruncating(_network.Loss(targets, out ReadOnlySpan<T> gradient));
        StopIfDiverged(epoch, step + 1, loss, "a batch");
        meter.Add(loss, outputs, targets, samples);
        _network.Backward(gradient);
        trainer.Optimizer.Step(_network);
    }

    private Evaluation? Validate(int epoch)
    {
        if (validation is null)
        {
            return null;
        }

        Evaluation result = trainer.Evaluate(validation);
        StopIfDiverged(epoch, _steps, result.Loss, "the validation set");
        return result;
    }

    private void StopIfDiverged(int epoch, int step, double loss, string where)
    {
        if (!double.IsFinite(loss))
        {
            best.Restore();
            throw new TrainingDivergedException(epoch, step, loss, where);
        }
    }

    private void Order(int epoch)
    {
        if (options.Shuffle)
        {
            SampleOrder.Shuffle(_order, options.Seed, epoch);
            return;
        }

        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }
    }

    private void Tell(int epoch, int step, double loss, EpochReport? finished) => progress?.Report(
        new TrainingProgress(epoch, options.Epochs, step, _steps, loss, trainer.Optimizer.LearningRate, _watch.Elapsed, finished));
}
