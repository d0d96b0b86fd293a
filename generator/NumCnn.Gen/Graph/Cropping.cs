namespace NumCnn.Gen.Graph;

/// <summary>
/// Rows and columns at an image's end that no reader reaches are not computed: those that a pooling's windows, or a convolution's
/// strides, leave over. No gradient comes back to them either.
/// </summary>
internal static class Cropping
{
    public static void Apply(IReadOnlyList<Node> nodes)
    {
        foreach (var node in nodes.Reverse().Where(static node => node.CanCrop))
        {
            Crop(node.Output);
        }

    }

    private static void Crop(Value value)
    {
        if (value.IsOutput || value.Keep)
        {
            return;
        }

        int rows = Math.Max(1, value.Consumers.Max(static consumer => consumer.Reach.Rows));
        int columns = Math.Max(1, value.Consumers.Max(static consumer => consumer.Reach.Columns));

        // One pixel alone would be a matrix product over the samples, whose sums have another order.
        if (rows * columns > 1 && (rows < value.Shape.Rows || columns < value.Shape.Columns))
        {
            value.Crop(rows, columns);
        }
    }
}
