using System.Runtime.InteropServices;

namespace NumCnn;

/// <summary>
/// A factor of one dimension's index: written in mixed radix, outermost factor first, index i has a digit below
/// <paramref name="Size"/> for each factor, and each digit moves the address by <paramref name="Stride"/> elements. A plain
/// dimension has one factor; output channels blocked by 16 have two: (⌈O/16⌉, block stride) and (16, 1).
/// </summary>
/// <param name="Size">The number of values of the digit.</param>
/// <param name="Stride">Elements between neighbouring values of the digit.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AxisFactor(int Size, int Stride);

/// <summary>A parameter's name and shape, as PyTorch has them, and where its elements lie in the flat storage.</summary>
/// <param name="Name">The key in a PyTorch state_dict, such as conv1.weight.</param>
/// <param name="Shape">The shape in PyTorch's order.</param>
/// <param name="Offset">The address of the element at index 0, in elements of the storage.</param>
/// <param name="Layout">For each dimension the factors of its index; their sizes' product is at least the dimension's size.</param>
/// <param name="Trainable">False for frozen parameters and for buffers such as running statistics: no gradient, no step.</param>
/// <param name="Initializer">How the first values are made.</param>
public sealed record ParameterInfo(
    string Name,
    int[] Shape,
    int Offset,
    AxisFactor[][] Layout,
    bool Trainable,
    Initializer Initializer)
{
    /// <summary>A parameter of one dimension, whose elements lie side by side, such as a bias.</summary>
    /// <param name="name">The key in a PyTorch state_dict, such as conv1.bias.</param>
    /// <param name="length">The number of its elements.</param>
    /// <param name="offset">The address of the first element, in elements of the storage.</param>
    /// <param name="trainable">False for frozen parameters and for buffers such as running statistics.</param>
    /// <param name="initializer">How the first values are made.</param>
    public ParameterInfo(string name, int length, int offset, bool trainable, Initializer initializer)
        : this(name, [length], offset, [[new(length, 1)]], trainable, initializer)
    {
    }
}
