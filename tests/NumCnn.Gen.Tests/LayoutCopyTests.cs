using NumCnn.Gen.Graph;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Tests;

/// <summary>A copy's call moves exactly the elements that its nest moves.</summary>
public class LayoutCopyTests
{
    private static readonly Border NoHalo = default;
    private static readonly Border Halo = new(1, 2, 1, 3);

    [Fact]
    public void Planes_become_pixels_and_pixels_planes()
    {
        var shape = new Shape(20, 7, 9, false);
        foreach (var halo in new[] { NoHalo, Halo })
        {
            var pixels = Pixels(shape, halo);
            Equal(shape, 1, Planes(shape), pixels, adds: false, calls: 1);
            Equal(shape, 1, pixels, Planes(shape), adds: false, calls: 1);
            Equal(shape, 1, pixels, Planes(shape), adds: true, calls: 1);
        }
    }

    [Fact]
    public void Planes_become_rows_in_phases()
    {
        var shape = new Shape(3, 6, 24, false);
        foreach (int phases in new[] { 1, 2, 4 })
        {
            var rows = Value.Rows("rows", shape, phases, Halo, 16);
            Equal(shape, phases, Planes(shape), rows, adds: false, calls: 1);
            Equal(shape, phases, rows, Planes(shape), adds: true, calls: 1);
        }
    }

    [Fact]
    public void Columns_beyond_whole_rounds_of_phases_stay_emitted_loops()
    {
        var shape = new Shape(3, 30, 25, false);
        Equal(shape, 2, Planes(shape), Value.Rows("rows", shape, 2, Halo, 16), adds: false, calls: 1);
    }

    [Fact]
    public void Pixels_become_rows()
    {
        var shape = new Shape(16, 6, 24, false);
        Equal(shape, 2, Pixels(shape, Halo), Value.Rows("rows", shape, 2, Halo, 16), adds: false, calls: 1);
    }

    [Fact]
    public void Features_are_one_row()
    {
        var shape = new Shape(200, 1, 1, true);
        Equal(shape, 1, Planes(shape), Pixels(shape, NoHalo), adds: false, calls: 1);
    }

    [Fact]
    public void What_fits_a_few_statements_stays_in_the_kernel()
    {
        var shape = new Shape(4, 4, 4, false);
        Equal(shape, 1, Planes(shape), Pixels(shape, NoHalo), adds: false, calls: 0);
    }

    [Fact]
    public void What_computes_is_no_copy()
    {
        var shape = new Shape(20, 7, 9, false);
        var (from, to) = (Planes(shape), Pixels(shape, NoHalo));
        Assert.Null(Call(Assert.Single(Nests.Copy("test", shape, 1, (c, i, j) => (to.At(c, i, j), (Expr)from.At(c, i, j) * 2)))));
        Assert.Null(Call(Assert.Single(Nests.Copy("test", shape, 1, (c, i, j) => (to.At(c, i, j), (Expr)to.At(c, i, j + 1) + from.At(c, i, j))))));
        Assert.Null(Call(Assert.Single(Nests.Copy("test", shape, 1, (c, i, j) => (to.At(c, i, j), from.At(c, i, 0))))));
    }

    [Fact]
    public void Reaching_outside_of_a_storage_is_a_fault()
    {
        var shape = new Shape(20, 7, 9, false);
        var from = Planes(shape);
        var pixels = Pixels(shape, NoHalo);
        var shorter = new View(new Storage("short", Region.Sample, pixels.Storage.Length - 32), 0, 1, pixels.RowStride, pixels.ColumnStride);
        var fault = Assert.Throws<InvalidOperationException>(() => Call(Assert.Single(Nests.Copy("test", shape, 1, (c, i, j) => (shorter.At(c, i, j), from.At(c, i, j))))));
        Assert.Contains("'short'", fault.Message, StringComparison.Ordinal);
    }

    private static View Planes(Shape shape) => new(new Storage("planes", Region.Input, shape.Length), 0, shape.Pixels, shape.Columns, 1);

    private static View Pixels(Shape shape, Border halo)
    {
        int pitch = (shape.Channels + 15) / 16 * 16;
        int width = shape.Columns + halo.Left + halo.Right;
        return new(new Storage("pixels", Region.Sample, width * (shape.Rows + halo.Top + halo.Bottom) * pitch), ((halo.Top * width) + halo.Left) * pitch, 1, width * pitch, pitch);
    }

    private static LayoutCopy? Call(Nest nest) => LayoutCopy.From(nest, Planner.Create(nest, Target.For(VectorKind.None, DType.Float32), UnrollMode.Auto));

    private static void Equal(Shape shape, int phases, View from, View to, bool adds, int calls)
    {
        var nests = Nests.Copy("test", shape, phases, (c, i, j) => (to.At(c, i, j), adds ? (Expr)to.At(c, i, j) + from.At(c, i, j) : from.At(c, i, j)));
        int found = 0;
        foreach (var nest in nests)
        {
            if (Call(nest) is not { } copy)
            {
                continue;
            }

            found++;
            Assert.Equal(adds, copy.Adds);
            Assert.Equal(Moved(nest, from.Storage), Moved(copy));
        }

        Assert.Equal(calls, found);
    }

    /// <summary>Source and target of each element, by the nest's own addresses.</summary>
    private static SortedSet<(int Source, int Target)> Moved(Nest nest, Storage from)
    {
        var source = nest.Accesses().First(access => access.Storage == from);
        var moved = new SortedSet<(int Source, int Target)>();
        Walk(0, []);
        return moved;

        void Walk(int axis, Dictionary<Axis, int> at)
        {
            if (axis == nest.Parallel.Count)
            {
                moved.Add((Place(source, at), Place(nest.Stores[0].Target, at)));
                return;
            }

            for (int k = 0; k < nest.Parallel[axis].Extent; k++)
            {
                at[nest.Parallel[axis]] = k;
                Walk(axis + 1, at);
            }
        }
    }

    private static int Place(Access access, Dictionary<Axis, int> at)
    {
        int Value(Affine affine) => affine.Constant + affine.Terms.Sum(term => term.Factor * at[term.Axis]);
        return Value(access.Address) + (access.Phase is { } phase ? phase.Displacement(Value(phase.Index)) : 0);
    }

    private static SortedSet<(int Source, int Target)> Moved(LayoutCopy copy)
    {
        IEnumerable<(int Source, int Target)> moved = [(copy.SourceStart, copy.TargetStart)];
        for (int axis = 0; axis < copy.Counts.Count; axis++)
        {
            int k = axis;
            moved = [.. moved.SelectMany(place => Enumerable.Range(0, copy.Counts[k]).Select(n => (place.Source + (n * copy.SourceSteps[k]), place.Target + (n * copy.TargetSteps[k]))))];
        }

        return [.. moved];
    }
}
