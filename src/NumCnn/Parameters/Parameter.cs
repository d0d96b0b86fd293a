using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>
/// A view of one parameter, or of its gradient, in PyTorch's shape and order, whatever the layout that the kernels keep it in.
/// </summary>
/// <remarks>Being a struct, it takes a variable to assign elements: <c>Parameter&lt;float&gt; w = net.Conv1.Weight; w[0, 0, 2, 2] = 1;</c></remarks>
/// <typeparam name="T">The element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
[StructLayout(LayoutKind.Auto)]
public readonly struct Parameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterSet<T> _set;
    private readonly ParameterLayout _layout;
    private readonly bool _isGradient;

    internal Parameter(ParameterSet<T> set, ParameterLayout layout, bool isGradient)
    {
        _set = set;
        _layout = layout;
        _isGradient = isGradient;
    }

    /// <summary>The key in a PyTorch state_dict, such as conv1.weight.</summary>
    public string Name => _layout.Info.Name;

    /// <summary>The shape in PyTorch's order: [output, input, row, column] for a convolution's weight.</summary>
    public ReadOnlySpan<int> Shape => _layout.Info.Shape;

    /// <summary>Whether optimizers step it. False for frozen parameters and for running statistics.</summary>
    public bool Trainable => _layout.Info.Trainable;

    /// <summary>The number of elements.</summary>
    public int Length => _layout.Length;

    /// <summary>The gradient of the loss by this parameter, in the same shape.</summary>
    /// <exception cref="InvalidOperationException">The parameter is not trainable, or this is a gradient already.</exception>
    public Parameter<T> Gradient => Trainable && !_isGradient
        ? new Parameter<T>(_set, _layout, isGradient: true)
        : throw new InvalidOperationException(_isGradient ? $"{Name} is a gradient already." : $"{Name} is not trainable and has no gradient.");

    /// <summary>An element of a parameter with one dimension.</summary>
    /// <param name="a">The index.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the shape.</exception>
    /// <exception cref="ArgumentException">The parameter has another number of dimensions.</exception>
    public T this[int a]
    {
        get => Memory[_layout.Address([a])];
        set => Write(_layout.Address([a]), value);
    }

    /// <summary>An element of a parameter with two dimensions.</summary>
    /// <param name="a">The first index.</param>
    /// <param name="b">The second index.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the shape.</exception>
    /// <exception cref="ArgumentException">The parameter has another number of dimensions.</exception>
    public T this[int a, int b]
    {
        get => Memory[_layout.Address([a, b])];
        set => Write(_layout.Address([a, b]), value);
    }

    /// <summary>An element of a parameter with three dimensions.</summary>
    /// <param name="a">The first index.</param>
    /// <param name="b">The second index.</param>
    /// <param name="c">The third index.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the shape.</exception>
    /// <exception cref="ArgumentException">The parameter has another number of dimensions.</exception>
    public T this[int a, int b, int c]
    {
        get => Memory[_layout.Address([a, b, c])];
        set => Write(_layout.Address([a, b, c]), value);
    }

    /// <summary>An element of a parameter with four dimensions.</summary>
    /// <param name="a">The first index.</param>
    /// <param name="b">The second index.</param>
    /// <param name="c">The third index.</param>
    /// <param name="d">The fourth index.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the shape.</exception>
    /// <exception cref="ArgumentException">The parameter has another number of dimensions.</exception>
    public T this[int a, int b, int c, int d]
    {
        get => Memory[_layout.Address([a, b, c, d])];
        set => Write(_layout.Address([a, b, c, d]), value);
    }

    private Span<T> Memory => _isGradient ? _set.Gradients : _set.OwnStorage.Span;

    /// <summary>Copies the elements out.</summary>
    /// <param name="destination">Receives <see cref="Length"/> elements in PyTorch's order.</param>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void CopyTo(Span<T> destination)
    {
        CheckLength(destination.Length, nameof(destination));
        _layout.Gather(Memory, destination);
    }

    /// <summary>Replaces the elements.</summary>
    /// <param name="source"><see cref="Length"/> elements in PyTorch's order.</param>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void CopyFrom(ReadOnlySpan<T> source)
    {
        CheckLength(source.Length, nameof(source));
        BeginWrite();
        _layout.Scatter(source, Memory);
        EndWrite();
    }

    /// <summary>Copies the elements into a tensor of the same shape.</summary>
    /// <returns>A dense tensor that owns its memory.</returns>
    public Tensor<T> ToTensor()
    {
        T[] values = ToArray();
        nint[] lengths = Array.ConvertAll(_layout.Info.Shape, static size => (nint)size);
        return Tensor.Create(values, lengths);
    }

    /// <summary>Replaces the elements by those of a tensor of the same shape.</summary>
    /// <param name="source">The tensor, dense or not.</param>
    /// <exception cref="ArgumentException">The shape differs.</exception>
    public void CopyFrom(Tensor<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        bool same = source.Lengths.Length == Shape.Length;
        for (int d = 0; same && d < Shape.Length; d++)
        {
            same = source.Lengths[d] == Shape[d];
        }

        if (!same)
        {
            throw new ArgumentException($"{_layout.Describe()} cannot take a tensor of shape [{string.Join(", ", source.Lengths.ToArray())}].", nameof(source));
        }

        T[] values = new T[Length];
        source.FlattenTo(values);
        CopyFrom(values);
    }

    /// <summary>Copies the elements into a new array, in PyTorch's order.</summary>
    /// <returns>An array of <see cref="Length"/> elements.</returns>
    public T[] ToArray()
    {
        T[] values = new T[Length];
        CopyTo(values);
        return values;
    }

    /// <summary>The name and shape.</summary>
    /// <returns>Such as conv1.weight [6, 1, 5, 5].</returns>
    public override string ToString() => _layout.Describe();

    private void Write(int address, T value)
    {
        BeginWrite();
        Memory[address] = value;
        EndWrite();
    }

    // Gradients are nobody's cached input: only values move the version.
    private void BeginWrite()
    {
        if (!_isGradient)
        {
            _set.BeginWrite();
        }
    }

    private void EndWrite()
    {
        if (!_isGradient)
        {
            _set.EndWrite();
        }
    }

    private void CheckLength(int length, string argument)
    {
        if (length != Length)
        {
            throw new ArgumentException($"{_layout.Describe()} has {Length} elements, but the span has {length}.", argument);
        }
    }
}
