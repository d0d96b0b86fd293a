using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Layers;

/// <summary>Nodes of flatten and reshape, in PyTorch's order of elements.</summary>
internal static class Rearranging
{
    /// <summary>An image as features. A linear layer reads the image itself, so the copy is only made for other readers.</summary>
    public static Value Flatten(LayerScope scope, string name, Value image)
    {
        var shape = image.Shape;
        if (shape.IsFeatures)
        {
            return image;
        }

        var (c, i, j) = Axes(shape);
        var index = (c * shape.Pixels) + (i * shape.Columns) + j;
        var output = scope.Add(new RearrangeNode(
            name, [image], Shape.Features(shape.Length), "features in the order of channels, rows, columns", [new Mapping(0, [c, i, j], (c, i, j), (index, Affine.Zero, Affine.Zero))]));
        output.Unflattened = image;
        return output;
    }

    public static Value? Reshape(LayerScope scope)
    {
        var given = scope.Options.Ints("shape");
        int length = scope.Input.Shape.Length;
        long known = given.Where(static size => size >= 0).Aggregate(1L, static (product, size) => product > int.MaxValue ? product : product * size);
        bool inferred = given.Any(static size => size < 0);
        if (known == 0 || (inferred ? length % known != 0 : known != length))
        {
            return scope.Fail(Rules.ReshapeMismatch, "shape", scope.Name, FormattableString.Invariant($"{scope.Input.Shape} has {length} values, which [{string.Join(", ", given)}] cannot hold"));
        }

        int[] sizes = [.. given.Select(size => size < 0 ? (int)(length / known) : size)];
        var shape = sizes.Length == 1 ? Shape.Features(sizes[0]) : Shape.Image(sizes[0], sizes[1], sizes[2]);
        if (shape == scope.Input.Shape)
        {
            return scope.Input;
        }

        var flat = Flatten(scope, shape.IsFeatures ? scope.Name : scope.Name + ".flatten", scope.Input);
        if (shape.IsFeatures)
        {
            return flat;
        }

        var (c, i, j) = Axes(shape);
        var index = (c * shape.Pixels) + (i * shape.Columns) + j;
        return scope.Add(new RearrangeNode(
            scope.Name, [flat], shape, "features taken as channels, rows, columns", [new Mapping(0, [c, i, j], (index, Affine.Zero, Affine.Zero), (c, i, j))]));
    }

    private static (Axis C, Axis I, Axis J) Axes(Shape shape) => (new("c", shape.Channels), new("i", shape.Rows), new("j", shape.Columns));
}
