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
    int[][] Layout,
    bool Trainable,
    Initializer Initializer)
{
    private readonly string? _firstValues;

    /// <summary>A row of a <see cref="ParameterTable"/>, whose first values are read when somebody wants them: a network that is loaded from a file does not.</summary>
    internal ParameterInfo(string name, int[] shape, int offset, int[][] layout, bool trainable, string firstValues)
        : this(name, shape, offset, layout, trainable, (Initializer)null!)
        => _firstValues = firstValues;

    // Read anew each time, which is once a network: a record that kept it would not equal itself of before.
    /// <summary>How the first values are made.</summary>
    public Initializer Initializer { get => field ?? ParameterTable.FirstValues(_firstValues!); init; } = Initializer;
}
