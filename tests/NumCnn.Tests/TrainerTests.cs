using NumCnn.Random;

namespace NumCnn.Tests;

public sealed class TrainerTests
{
    [Fact]
    public void A_separable_problem_is_learned()
    {
        var net = new SoftmaxRegression(2, 3);
        Dataset<double, int> data = Clusters(300, spread: 0.3, seed: 1);
        (Dataset<double, int> train, Dataset<double, int> test) = data.Split(240, 5);
        Trainer<double, int> trainer = Trainer.For(net, new Sgd(0.5));
        Evaluation before = trainer.Evaluate(test);
        TrainingResult result = trainer.Fit(train, test, new TrainingOptions { Epochs = 20, BatchSize = 16 });
        Evaluation after = trainer.Evaluate(test);
        Assert.Equal(TrainingEnd.Completed, result.End);
        Assert.Equal(20, result.Epochs.Count);
        Assert.True(after.Loss < 0.1 && before.Loss > 0.9, $"{before.Loss} to {after.Loss}");
        Assert.True(after.Accuracy > 0.98);
        Assert.Equal(60, after.Samples);
        Assert.Equal(result.Best!.Validation!.Loss, after.Loss);
    }

    [Fact]
    public void Metrics_are_over_all_batches_whatever_their_size()
    {
        var net = new SoftmaxRegression(2, 3);
        Dataset<double, int> data = Clusters(101, spread: 2, seed: 2);
        Trainer<double, int> trainer = Trainer.For(net);
        var confusion = new ConfusionMatrix<double>(3);
        Evaluation one = trainer.Evaluate(data, 101);
        Evaluation some = trainer.Evaluate(data, batchSize: 7, metrics: confusion);
        double[] outputs = new double[303];
        net.Predict(data.Inputs.Span, outputs);
        int correct = Enumerable.Range(0, 101).Count(n => Classes.Highest<double>(outputs.AsSpan(n * 3, 3)) == data.Targets.Span[n]);
        Assert.Equal(correct / 101.0, one.Accuracy);
        Assert.Equal(one.Accuracy, some.Accuracy);
        Assert.Equal(one.Loss, some.Loss, 1e-14);
        Assert.Equal(correct, confusion[0, 0] + confusion[1, 1] + confusion[2, 2]);
        Assert.Equal(data.Targets.ToArray().Count(static label => label == 1), confusion[1, 0] + confusion[1, 1] + confusion[1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => confusion[3, 0]);
    }

    [Fact]
    public void Every_epoch_sees_every_sample_once_in_an_order_of_its_own()
    {
        double[][] Epochs(TrainingOptions options)
        {
            var net = new SoftmaxRegression(1, 2);
            var data = new Dataset<double, int>(Enumerable.Range(0, 10).Select(static i => (double)i).ToArray(), new int[10], 10);
            Trainer.For(net, new Sgd(0)).Fit(data, options: options);
            Assert.Equal([4, 4, 2, 4, 4, 2], net.Batches.Select(static batch => batch.Length));
            return [[.. net.Batches.Take(3).SelectMany(static batch => batch)], [.. net.Batches.Skip(3).SelectMany(static batch => batch)]];
        }

        var options = new TrainingOptions { Epochs = 2, BatchSize = 4, Seed = 8 };
        double[][] epochs = Epochs(options);
        Assert.All(epochs, static epoch => Assert.Equal(Enumerable.Range(0, 10).Select(static i => (double)i), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.Equal(epochs, Epochs(options));
        Assert.NotEqual(epochs, Epochs(options with { Seed = 9 }));
        Assert.All(Epochs(options with { Shuffle = false }), static epoch => Assert.Equal(Enumerable.Range(0, 10).Select(static i => (double)i), epoch));
    }

    [Fact]
    public void The_best_epochs_weights_are_kept()
    {
        // The learning rate explodes in epoch 4, so epoch 3 stays the best.
        var net = new SoftmaxRegression(2, 3);
        Dataset<double, int> data = Clusters(90, 2, 3);
        var options = new TrainingOptions { Epochs = 6, BatchSize = 30, Schedule = new RateInEpoch(3, 2000) };
        var weights = new List<double[]>();
        TrainingResult result = Trainer.For(net, new Sgd(0.03)).Fit(data, data, options, new Recorder(progress =>
        {
            if (progress.Finished is not null)
            {
                weights.Add(net.Parameters.Storage.ToArray());
            }
        }));
        Assert.Equal(3, result.BestEpoch);
        Assert.Equal([true, true, true, false, false, false], result.Epochs.Select(static epoch => epoch.IsBest));
        Assert.Equal(weights[2], net.Parameters.Storage.ToArray());

        net.Reset();
        Trainer.For(net, new Sgd(0.03)).Fit(data, data, options with { RestoreBest = false });
        Assert.Equal(weights[5], net.Parameters.Storage.ToArray());
    }

    [Fact]
    public void Training_stops_when_patience_ends()
    {
        var net = new SoftmaxRegression(2, 3);
        Dataset<double, int> data = Clusters(90, 2, 3);
        var options = new TrainingOptions { Epochs = 50, BatchSize = 30, Patience = 2, Schedule = new RateInEpoch(3, 2000) };
        TrainingResult result = Trainer.For(net, new Sgd(0.03)).Fit(data, data, options);
        Assert.Equal((TrainingEnd.StoppedEarly, 5, 3), (result.End, result.Epochs.Count, result.BestEpoch));

        net.Reset();
        result = Trainer.For(net, new Sgd(0.03)).Fit(data, data, options with { Schedule = null, MinDelta = 10 });
        Assert.Equal((TrainingEnd.StoppedEarly, 3, 1), (result.End, result.Epochs.Count, result.BestEpoch));

        net.Reset();
        result = Trainer.For(net, new Sgd(0)).Fit(data, data, options with { Schedule = null, Monitor = "accuracy", Patience = 1 });
        Assert.Equal((TrainingEnd.StoppedEarly, 2, 1), (result.End, result.Epochs.Count, result.BestEpoch));
    }

    [Fact]
    public void Cancelling_goes_back_to_the_best_finished_epoch()
    {
        var net = new SoftmaxRegression(2, 3);
        Dataset<double, int> data = Clusters(90, 0.5, 3);
        using var source = new CancellationTokenSource();
        double[] after2 = [];
        TrainingResult result = Trainer.For(net, new Sgd(0.3)).Fit(
            data,
            null,
            new TrainingOptions { Epochs = 100, BatchSize = 30 },
            new Recorder(progress =>
            {
                after2 = progress is { Epoch: 2, Finished: not null } ? net.Parameters.Storage.ToArray() : after2;
                if (progress is { Epoch: 3, Step: 2 })
                {
                    source.Cancel();
                }
            }),
            source.Token);
        Assert.Equal((TrainingEnd.Cancelled, 2, 2), (result.End, result.Epochs.Count, result.BestEpoch));
        Assert.Equal(after2, net.Parameters.Storage.ToArray());
        Assert.Equal(2 * 3 + 2, net.Batches.Count);
    }

    [Fact]
    public void Cancelling_before_the_first_epoch_ends_keeps_what_was_learned()
    {
        var net = new SoftmaxRegression(2, 3);
        double[] start = net.Parameters.Storage.ToArray();
        using var source = new CancellationTokenSource();
        TrainingResult result = Trainer.For(net, new Sgd(0.3)).Fit(Clusters(90, 0.5, 3), null, null, new Recorder(_ => source.Cancel()), source.Token);
        Assert.Equal((TrainingEnd.Cancelled, 0, 0), (result.End, result.Epochs.Count, result.BestEpoch));
        Assert.Null(result.Best);
        Assert.NotEqual(start, net.Parameters.Storage.ToArray());
    }

    [Fact]
    public void A_NaN_loss_is_said_and_not_trained_on()
    {
        var net = new SoftmaxRegression(2, 3);
        Dataset<double, int> good = Clusters(90, 0.5, 3);
        double[] inputs = good.Inputs.ToArray();
        inputs[2 * 75] = double.NaN;
        var bad = new Dataset<double, int>(inputs, good.Targets, 90);
        double[] start = net.Parameters.Storage.ToArray();
        var options = new TrainingOptions { BatchSize = 30, Shuffle = false };
        var e = Assert.Throws<TrainingDivergedException>(() => Trainer.For(net, new Sgd(0.3)).Fit(bad, null, options));
        Assert.Equal((1, 3), (e.Epoch, e.Step));
        Assert.True(double.IsNaN(e.Loss));
        Assert.Contains("epoch 1, step 3", e.Message, StringComparison.Ordinal);
        Assert.Equal(start, net.Parameters.Storage.ToArray());

        e = Assert.Throws<TrainingDivergedException>(() => Trainer.For(net, new Sgd(0.3)).Fit(good, bad, options));
        Assert.Contains("validation", e.Message, StringComparison.Ordinal);
        Assert.Equal(start, net.Parameters.Storage.ToArray());
    }

    [Fact]
    public void Divergence_in_a_later_epoch_leaves_the_best_ones_weights()
    {
        var net = new SoftmaxRegression(2, 3);
        double[] after1 = [];
        Dataset<double, int> data = Clusters(90, 0.5, 3);
        var e = Assert.Throws<TrainingDivergedException>(() => Trainer.For(net, new Sgd(0.3)).Fit(
            data,
            null,
            new TrainingOptions { BatchSize = 45, Schedule = new RateInEpoch(1, double.MaxValue) },
            new Recorder(progress => after1 = progress is { Epoch: 1, Finished: not null } ? net.Parameters.Storage.ToArray() : after1)));
        Assert.Equal((2, 2), (e.Epoch, e.Step));
        Assert.Equal(after1, net.Parameters.Storage.ToArray());
    }

    [Fact]
    public void Schedules_count_epochs_or_steps_and_leave_the_optimizer_as_it_was()
    {
        var net = new SoftmaxRegression(2, 3);
        Dataset<double, int> data = Clusters(90, 0.5, 3);
        var optimizer = new Sgd(0.4);
        var rates = new List<double>();
        var recorder = new Recorder(progress => rates.AddRange(progress.Finished is null ? [progress.LearningRate] : Array.Empty<double>()));
        Trainer<double, int> trainer = Trainer.For(net, optimizer);
        trainer.Fit(data, null, new TrainingOptions { Epochs = 2, BatchSize = 30, Schedule = new ExponentialLr(0.5) }, recorder);
        trainer.Fit(data, null, new TrainingOptions { Epochs = 2, BatchSize = 30, Schedule = new ExponentialLr(0.5), SchedulePerStep = true }, recorder);
        Assert.Equal([0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.4, 0.2, 0.1, 0.05, 0.025, 0.0125], rates);
        Assert.Equal(0.4, optimizer.LearningRate);
    }

    [Fact]
    public void Progress_counts_steps_and_ends_epochs()
    {
        var net = new SoftmaxRegression(2, 3);
        var seen = new List<(int, int, int, bool)>();
        Trainer.For(net).Fit(Clusters(50, 0.5, 3), null, new TrainingOptions { Epochs = 2, BatchSize = 20 }, new Recorder(p => seen.Add((p.Epoch, p.Step, p.Steps, p.Finished is not null))));
        Assert.Equal([(1, 1, 3, false), (1, 2, 3, false), (1, 3, 3, false), (1, 3, 3, true), (2, 1, 3, false), (2, 2, 3, false), (2, 3, 3, false), (2, 3, 3, true)], seen);
    }

    [Fact]
    public void Training_mode_is_set_and_put_back()
    {
        var net = new SoftmaxRegression(2, 3) { Training = false };
        Trainer.For(net).Fit(Clusters(50, 0.5, 3), null, new TrainingOptions { Epochs = 1 });
        Assert.Equal([true], net.Modes);
        Assert.False(net.Training);
    }

    [Fact]
    public void Wrong_data_and_options_are_said()
    {
        Trainer<double, int> trainer = Trainer.For(new SoftmaxRegression(2, 3));
        Dataset<double, int> data = Clusters(10, 0.5, 3);
        Assert.Contains("3 inputs", Assert.Throws<ArgumentException>(() => trainer.Fit(new Dataset<double, int>(new double[6], new int[2], 2))).Message, StringComparison.Ordinal);
        Assert.Contains("2 targets", Assert.Throws<ArgumentException>(() => trainer.Evaluate(new Dataset<double, int>(new double[4], new int[4], 2))).Message, StringComparison.Ordinal);
        Assert.Contains("loss, accuracy", Assert.Throws<ArgumentException>(() => trainer.Fit(data, null, new TrainingOptions { Monitor = "f1" })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(data, null, new TrainingOptions { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(data, null, new TrainingOptions { Patience = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(data, null, new TrainingOptions { MinDelta = double.NaN }));
        Assert.Throws<ArgumentException>(() => new Dataset<double, int>(new double[5], new int[2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dataset<double, int>(new double[4], new int[2], 0));
    }

    [Fact]
    public void Labels_that_are_ignored_do_not_count()
    {
        var accuracy = new Accuracy<float>(2, positions: 2);
        // [classes, positions] of two samples: at the four positions class 1, 0, 0, 1 has the higher score.
        accuracy.Add([0, 5, 1, 2, 3, 0, 2, 9], [1, 0, -100, 1], 2);
        Assert.Equal((3, 3), (accuracy.Correct, accuracy.Total));
        accuracy.Add([0, 5, 1, 2], [0, 7], 1);
        Assert.Equal((3, 4), (accuracy.Correct, accuracy.Total));
        accuracy.Reset();
        Assert.True(double.IsNaN(accuracy.Value));
    }

    [Fact]
    public void A_split_gives_every_sample_to_one_part()
    {
        var data = new Dataset<double, int>(Enumerable.Range(0, 20).Select(static i => (double)i).ToArray(), Enumerable.Range(0, 10).ToArray(), 10);
        (Dataset<double, int> first, Dataset<double, int> second) = data.Split(7, 1);
        Assert.Equal((7, 3), (first.Count, second.Count));
        Assert.Equal(Enumerable.Range(0, 10), first.Targets.ToArray().Concat(second.Targets.ToArray()).Order());
        for (int i = 0; i < 7; i++)
        {
            Assert.Equal([first.Targets.Span[i] * 2, first.Targets.Span[i] * 2 + 1], first.Inputs.Slice(2 * i, 2).ToArray());
        }

        Assert.Equal([4, 5, 6], data.Slice(4, 3).Targets.ToArray());
    }

    private static Dataset<double, int> Clusters(int samples, double spread, uint seed)
    {
        var random = new RandomState(seed);
        double[] inputs = new double[samples * 2];
        int[] labels = new int[samples];
        for (int n = 0; n < samples; n++)
        {
            labels[n] = n % 3;
            inputs[2 * n] = Math.Cos(labels[n] * 2.1) * 2 + spread * random.StandardNormal();
            inputs[2 * n + 1] = Math.Sin(labels[n] * 2.1) * 2 + spread * random.StandardNormal();
        }

        return new Dataset<double, int>(inputs, labels, samples);
    }

    private sealed class RateInEpoch(long from, double factor) : LearningRateSchedule
    {
        public override double RateAt(double initialRate, long time) => time >= from ? factor : initialRate;
    }

    // Progress<T> reports on another thread; tests want to be told at once.
    private sealed class Recorder(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
