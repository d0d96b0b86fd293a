namespace NumCnn;

/// <summary>A parameter's name and shape, as PyTorch has them, and where its elements lie in the flat storage.</summary>
/// <param name="Name">The key in a PyTorch state_dict, such as conv1.weight.</param>
/// <param name="Shape">The shape in PyTorch's order.</param>
/// <param name="Offset">The address of the element at index 0, in elements of the storage.</param>
/// <param name="Layout">
/// For each dimension the digits of its index in mixed radix, outermost first: how many values a digit has, and the stride from one to the
/// next, in elements. A plain dimension has one digit, [O, stride]; output channels blocked by 16 have two, [⌈O/16⌉, stride of a block,
/// 16, 1]. The numbers of values multiply to the dimension's size or more.
/// </param>
/// <param name="Trainable">False for frozen parameters and for buffers such as running statistics: no gradient, no step.</param>
/// <param name="Initializer">How the first values are made.</param>
public sealed record ParameterInfo(
    string Name,
    int[] Shape,
    int Offset,
    int[][] Layout, // numbers, not a type of their own: a program that starts waits for the code that makes them
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
        : this(name, [length], offset, [[length, 1]], trainable, initializer)
    {
    }
}
