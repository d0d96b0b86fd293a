using NumCnn.Gen.Diagnostics;
using NumCnn.Gen.Graph;
using NumCnn.Gen.Graph.Nodes;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Layers;

/// <summary>Windows of the pooling layers.</summary>
internal static class Pooling
{
    /// <summary>Pairs of row and column spans, each a loop nest of its own in the emitted code.</summary>
    public const int SpanLimit = 1024;

    /// <summary>PyTorch's rule that a border is at most half the kernel; otherwise a window could lie in it altogether.</summary>
    public static bool PaddingFits(LayerScope scope, (int H, int W) kernel)
    {
        var padding = scope.Options.Padding("padding");
        if (padding.Mode != PaddingMode.Explicit)
        {
            return true;
        }

        foreach (var (border, size) in new[] { (padding.Top, kernel.H), (padding.Bottom, kernel.H), (padding.Left, kernel.W), (padding.Right, kernel.W) })
        {
            if (border > size / 2)
            {
                scope.Fail(Rules.PoolPadding, "padding", scope.Name, FormattableString.Invariant($"{border}"), FormattableString.Invariant($"{size}"));
                return false;
            }
        }

        return true;
    }

    /// <summary>The border, enlarged where the last windows reach beyond it.</summary>
    public static Border Reaching(Geometry geometry, Shape input, (int H, int W) kernel, (int H, int W) stride, (int H, int W) dilation)
    {
        int bottom = ((geometry.Rows - 1) * stride.H) + ((kernel.H - 1) * dilation.H) + 1 - geometry.Border.Top - input.Rows;
        int right = ((geometry.Columns - 1) * stride.W) + ((kernel.W - 1) * dilation.W) + 1 - geometry.Border.Left - input.Columns;
        return geometry.Border with { Bottom = Math.Max(0, bottom), Right = Math.Max(0, right) };
    }

    /// <summary>Runs of windows of equal reach and divisor. The border is not read; the divisor counts its elements or not.</summary>
    public static IReadOnlyList<WindowSpan> Spans(int windows, int stride, int kernel, int dilation, int before, int after, int size, bool countBorder)
    {
        var spans = new List<WindowSpan>();
        for (int k = 0; k < windows; k++)
        {
            int start = (k * stride) - before;
            int outside = start < 0 ? (dilation - 1 - start) / dilation : 0;
            int reach = Math.Max(0, ElementsBefore(size) - outside);
            int divisor = ElementsBefore(size + after);
            Append(spans, new WindowSpan(k, 1, start + (outside * dilation), stride, reach, countBorder ? divisor : Math.Max(1, reach)), 1);

            int ElementsBefore(int end) => Math.Max(0, Math.Min(kernel, (end - start + dilation - 1) / dilation));
        }

        return spans;
    }

    /// <summary>PyTorch's windows from ⌊i·size/count⌋ to ⌈(i+1)·size/count⌉. They repeat, so the runs go over equal places of each period.</summary>
    public static IReadOnlyList<WindowSpan> AdaptiveSpans(int count, int size)
    {
        int period = count / Integers.Gcd(count, size);
        var spans = new List<WindowSpan>();
        for (int phase = 0; phase < period; phase++)
        {
            int start = (int)((long)phase * size / count);
            int end = (int)((((phase + 1L) * size) + count - 1) / count);
            spans.Add(new WindowSpan(phase, count / period, start, size / (count / period), end - start, end - start) { Step = period });
        }

        return spans;
    }

    private static void Append(List<WindowSpan> spans, WindowSpan next, int step)
    {
        var last = spans.Count > 0 ? spans[spans.Count - 1] : null;
        if (last is not null && last.Size == next.Size && last.Divisor == next.Divisor && last.Start + (last.Count * last.Stride) == next.Start && last.First + (last.Count * step) == next.First)
        {
            spans[spans.Count - 1] = last with { Count = last.Count + 1 };
        }
        else
        {
            spans.Add(next);
        }
    }
}
