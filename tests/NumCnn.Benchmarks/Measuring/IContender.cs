namespace NumCnn.Benchmarks.Measuring;

/// <summary>One side of a comparison, with its inputs in place.</summary>
internal interface IContender : IDisposable
{
    /// <summary>What the table calls it.</summary>
    string Name { get; }

    /// <summary>Runs a number of times.</summary>
    /// <param name="runs">How often.</param>
    /// <returns>Seconds for all of them.</returns>
    double Time(int runs);

    /// <summary>
    /// What is compared before anything is timed, from one run. Inference: the outputs. A training step, of a contender
    /// that has not run yet: the loss, all gradients, then all parameters and statistics after the step.
    /// </summary>
    float[] Result();
}
