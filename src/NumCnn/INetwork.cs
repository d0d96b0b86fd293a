using System.Numerics;

namespace NumCnn;

/// <summary>A network that evaluates: what inference needs, and all that a network without a backward pass offers.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IPredictor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Layers, shapes, numbers of parameters and of multiply-adds.</summary>
    NetworkInfo Info { get; }

    /// <summary>The parameters by name, and the flat memory in which they lie.</summary>
    ParameterSet<T> Parameters { get; }

    /// <summary>
    /// Evaluates any number of samples, without keeping or allocating anything. Any number of threads may call it at once,
    /// as long as nobody writes the parameters meanwhile.
    /// </summary>
    /// <param name="input">N samples, [N, input shape].</param>
    /// <param name="output">Receives [N, output shape].</param>
    /// <exception cref="ArgumentException">The lengths are no multiple of a sample's, or belong to different numbers of samples.</exception>
    /// <exception cref="InvalidOperationException">The parameters were written while this ran.</exception>
    void Predict(ReadOnlySpan<T> input, Span<T> output);
}

/// <summary>A network with a backward pass. Its training calls belong to one thread at a time.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
public interface INetwork<T> : IPredictor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>True: batch norm uses the batch's statistics and dropout drops. False: running statistics, nothing dropped; still differentiable.</summary>
    bool Training { get; set; }

    /// <summary>
    /// How many threads a call may use, 1 at first. They share the samples of a batch; Predict has them share the steps of a sample, too,
    /// where samples are few and large and that has been sooner on this machine. The results have the same bits for any value.
    /// </summary>
    int Threads { get; set; }

    /// <summary>Evaluates N samples and keeps what <see cref="Backward(ReadOnlySpan{T}, bool)"/> needs.</summary>
    /// <param name="input">N samples, [N, input shape].</param>
    /// <returns>[N, output shape]; valid until the next call.</returns>
    /// <exception cref="ArgumentException">The length is no multiple of a sample's.</exception>
    ReadOnlySpan<T> Forward(ReadOnlySpan<T> input);

    /// <summary>Fills the parameters' gradients for the samples of the last <see cref="Forward"/>.</summary>
    /// <param name="outputGradient">The loss's gradient by the outputs, [N, output shape].</param>
    /// <param name="accumulate">True adds to the gradients that are there; false overwrites them.</param>
    /// <exception cref="ArgumentException">The length differs from the last output's.</exception>
    /// <exception cref="InvalidOperationException">No <see cref="Forward"/> came before.</exception>
    void Backward(ReadOnlySpan<T> outputGradient, bool accumulate = false);

    /// <summary>Fills the parameters' gradients, and the input's.</summary>
    /// <param name="outputGradient">The loss's gradient by the outputs, [N, output shape].</param>
    /// <param name="inputGradient">Receives the loss's gradient by the input, [N, input shape].</param>
    /// <param name="accumulate">True adds to the parameters' gradients that are there; false overwrites them.</param>
    /// <exception cref="ArgumentException">A length differs from the last output's or input's.</exception>
    /// <exception cref="InvalidOperationException">No <see cref="Forward"/> came before.</exception>
    void Backward(ReadOnlySpan<T> outputGradient, Span<T> inputGradient, bool accumulate = false);

    /// <summary>Allocates the memory for batches of up to this many samples, so that later calls allocate nothing.</summary>
    /// <param name="samples">The largest batch, in samples.</param>
    void Reserve(int samples);

    /// <summary>Initialises the parameters again, from the seed that the network was made with.</summary>
    void Reset();

    /// <summary>Initialises the parameters again, from another seed.</summary>
    /// <param name="seed">Selects the random values.</param>
    void Reset(ulong seed);
}

/// <summary>A network with a loss. A class implements it once, so that <c>Trainer.For(net)</c> infers both types.</summary>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <typeparam name="TTarget"><see cref="int"/> for class labels, <typeparamref name="T"/> for values.</typeparam>
public interface ITrainable<T, TTarget> : INetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    /// <summary>The loss of the last <see cref="INetwork{T}.Forward"/>, as a mean over its batch.</summary>
    /// <param name="targets">The targets of the same samples.</param>
    /// <param name="outputGradient">The loss's gradient by the outputs; valid until the next call.</param>
    /// <returns>The mean loss; NaN where outputs or targets hold one.</returns>
    /// <exception cref="ArgumentException">The number of targets does not belong to the last output's number of samples.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class.</exception>
    T Loss(ReadOnlySpan<TTarget> targets, out ReadOnlySpan<T> outputGradient);

    /// <summary>The mean loss of given outputs: for evaluation, without a gradient.</summary>
    /// <param name="outputs">[N, output shape], as <see cref="IPredictor{T}.Predict"/> gives them.</param>
    /// <param name="targets">The targets of the same samples.</param>
    /// <returns>The mean loss.</returns>
    T LossOf(ReadOnlySpan<T> outputs, ReadOnlySpan<TTarget> targets);
}
