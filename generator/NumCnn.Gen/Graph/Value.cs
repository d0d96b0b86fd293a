using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>
/// A tensor of one sample. It lies channels last: pixels in rows, each pixel's channels together and padded to whole
/// 64-byte blocks, inside a border of zeros as wide as its readers pad (so that a convolution has no edge cases). With few
/// channels it may lie in planes of rows instead, each row ending in zeros up to a whole number of vectors.
/// </summary>
internal sealed class Value
{
    /// <summary>Up to here channels are not padded: code for so few runs one element at a time.</summary>
    public const int Narrow = 2;

    private Value? _alias;
    private int _block;
    private View? _view;
    private View? _gradient;
    private int _phases;

    public Value(string name, Shape shape)
    {
        Name = name;
        Shape = LayerShape = shape;
    }

    public string Name { get; }

    /// <summary>What is computed of it.</summary>
    public Shape Shape { get; private set; }

    /// <summary>The layer's, with rows and columns that nobody reads.</summary>
    public Shape LayerShape { get; }

    public Node? Producer { get; set; }

    public List<Node> Consumers { get; } = [];

    /// <summary>For a flattened value, the image that it is read from.</summary>
    public Value? Unflattened { get; set; }

    /// <summary>A layer's user wants to see it, so it is materialised.</summary>
    public bool Keep { get; set; }

    /// <summary>The network's input or output.</summary>
    public bool IsInput { get; set; }

    public bool IsOutput { get; set; }

    /// <summary>Something upstream, a parameter or the caller's input, is owed a gradient.</summary>
    public bool NeedsGradient { get; set; }

    /// <summary>A trainable parameter lies upstream; otherwise only a caller who asks for the input's gradient needs this one.</summary>
    public bool Trains { get; set; }

    /// <summary>The zeros that readers find around the image.</summary>
    public Border Halo { get; private set; }

    /// <summary>The zeros around its gradient.</summary>
    public Border GradientHalo { get; private set; }

    /// <summary>Not 0: rows of columns in so many phases, with room for lanes over columns; for tensors of few channels.</summary>
    public int Phases
    {
        get => _alias?.Phases ?? _phases;
        set
        {
            if (_alias is null)
            {
                _phases = value;
            }
            else
            {
                _alias.Phases = value;
            }
        }
    }

    public View View
    {
        get => _alias?.View ?? _view!;
        private set => _view = value;
    }

    public View Gradient
    {
        get => _alias?.Gradient ?? _gradient!;
        private set => _gradient = value;
    }

    /// <summary>True where another value's memory stands for this one's.</summary>
    public bool IsAliased => _alias is not null;

    /// <summary>Elements between pixels.</summary>
    public int Pitch { get; private set; }

    public bool IsNarrow => Shape.Channels <= Narrow;

    /// <summary>Some gradient has been written to it, so that the next one adds.</summary>
    public bool HasGradient { get; set; }

    /// <summary>
    /// What a complete gradient still has to go through, from this value and the gradient: the derivative of the function that the
    /// producer's kernel applied. Null where there is none, or where it has.
    /// </summary>
    public Derivative? Derivative { get; set; }

    public void RequireHalo(Border border)
    {
        if (_alias is null)
        {
            Halo = Halo.Union(border);
        }
        else
        {
            _alias.RequireHalo(border);
        }
    }

    public void RequireGradientHalo(Border border)
    {
        if (_alias is null)
        {
            GradientHalo = GradientHalo.Union(border);
        }
        else
        {
            _alias.RequireGradientHalo(border);
        }
    }

    /// <summary>Ends it before rows and columns that nobody reads.</summary>
    public void Crop(int rows, int columns) => Shape = Shape with { Rows = rows, Columns = columns };

    /// <summary>The value is never stored: the other one, a function of it, takes its place, and so do their gradients.</summary>
    public void AliasTo(Value other) => _alias = other;

    /// <summary>Fixes strides and creates the storages, once all requirements are known.</summary>
    public void Allocate(int block, bool withGradient)
    {
        if (IsAliased)
        {
            return;
        }

        _block = block;
        int pitch = ParameterTensor.Padded(Shape.Channels, block);
        Pitch = Shape.Rows * Shape.Columns > 1 ? FirstCache.Apart(pitch, block) : pitch;
        View = Create(Name, Halo, block);
        View.Storage.Keep = Keep;
        if (withGradient)
        {
            Gradient = Create("d" + Name, GradientHalo, block);
            Gradient.Storage.Keep = Keep;
        }
    }

    /// <summary>Elements of the value and its gradient with their borders.</summary>
    public long Elements(int block)
    {
        long pitch = ParameterTensor.Padded(Shape.Channels, block);
        long Size(Border halo) => (Phases > 0 ? Shape.Channels * (long)Phases : pitch) * ((long)Shape.Rows + halo.Top + halo.Bottom)
            * (Phases > 0 ? PhaseStride(halo, block) : (long)Shape.Columns + halo.Left + halo.Right);
        return Size(Halo) + Size(GradientHalo);
    }

    public override string ToString() => $"{Name} {Shape}";

    /// <summary>An image of the given shape in rows, with room for lanes over columns.</summary>
    public static View Rows(string name, Shape shape, int phases, Border halo, int block)
    {
        int stride = PhaseStride(shape, phases, halo, block);

        // Whole blocks before the first row, so that vectors of columns lie in lines of their own wherever they can.
        int left = (halo.Left + phases - 1) / phases;
        int before = (left + block - 1) / block * block;
        int row = checked(stride * phases);
        int plane = FirstCache.Apart(checked(row * (shape.Rows + halo.Top + halo.Bottom)), block);

        // Vectors at the end of the last row reach a little further.
        int length = checked((plane * shape.Channels) + (2 * block) + before + halo.Right);
        var storage = new Storage(name, Region.Sample, length) { Geometry = halo.IsEmpty ? null : (shape, phases, halo) };
        return View.InPhases(storage, (halo.Top * row) + before, plane, phases, stride);
    }

    private int PhaseStride(Border halo, int block) => PhaseStride(Shape, Phases, halo, block);

    // A row's zeros on the right may be the next one's on the left.
    private static int PhaseStride(Shape shape, int phases, Border halo, int block)
    {
        int columns = (shape.Columns + phases - 1) / phases;
        int before = (halo.Left + phases - 1) / phases;
        int behind = (halo.Right + phases - 1) / phases;
        int needed = Math.Max(ImageAxes.Lanes(shape.Columns, phases, block), columns + Math.Max(before, behind));
        return (needed + block - 1) / block * block;
    }

    private View Create(string name, Border halo, int block) => Phases > 0 ? Rows(name, Shape, Phases, halo, block) : ChannelsLast(name, halo);

    /// <summary>The same shape channels last, with this border of zeros.</summary>
    public View ChannelsLast(string name, Border halo) => ChannelsLast(name, Shape, Pitch, halo, 0, _block);

    /// <summary>An image channels last.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="pitch">Elements between pixels.</param>
    /// <param name="halo">The zeros around it.</param>
    /// <param name="behind">Elements behind it, which vectors may touch.</param>
    /// <param name="block">Elements of 64 bytes.</param>
    public static View ChannelsLast(string name, Shape shape, int pitch, Border halo, int behind, int block)
    {
        int width = checked((shape.Columns + halo.Left + halo.Right) * pitch);
        int height = shape.Rows + halo.Top + halo.Bottom;

        // Without a border rows have to follow each other: what goes over all pixels takes them as one.
        int row = halo.IsEmpty ? width : FirstCache.RowsApart(width, pitch, shape.Pixels, block);
        var frame = halo.IsEmpty ? null : new Frame(shape.Rows, row, halo.Top, halo.Bottom, halo.Left * pitch, (halo.Right * pitch) + row - width);
        var storage = new Storage(name, Region.Sample, checked((row * height) + behind)) { Geometry = frame };
        return new View(storage, (halo.Top * row) + (halo.Left * pitch), 1, row, pitch);
    }
}
