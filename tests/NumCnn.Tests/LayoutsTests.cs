using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NumCnn.Tests;

/// <summary>Copies between layouts against a plain loop: every shape of rows, exchanges and pairs, and nothing beside them is touched.</summary>
public class LayoutsTests
{
    private static readonly int[] Lengths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 23, 28, 31, 32, 33, 35, 36, 37, 48, 65, 71, 100];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_arrive_and_nothing_else_changes(bool adds)
    {
        foreach (int length in Lengths.Append(300))
        {
            // tight, with a border on one side, with one on both
            Check([3, length], [length, 1], [length, 1], adds);
            Check([5, length], [length, 1], [length + 7, 1], adds);
            Check([2, 3, length], [4 * (length + 3), length + 3, 1], [5 * (length + 1), length + 1, 1], adds);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_and_columns_are_exchanged(bool adds)
    {
        foreach (int rows in Lengths)
        {
            foreach (int columns in Lengths)
            {
                // pixels from planes; a step wider than what is written leaves padding alone
                Check([rows, columns], [1, rows], [columns, 1], adds);
                Check([rows, columns], [1, rows + 3], [columns + 5, 1], adds);
            }
        }

        Check([3, 28, 32], [28, 1, 784], [30 * 32, 32, 1], adds);
        Check([2, 3, 7, 20], [700, 7, 1, 30], [7 * 3 * 24, 24 * 7, 24, 1], adds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_other_element_goes_to_its_own_row_and_back(bool adds)
    {
        foreach (int count in Lengths)
        {
            Check([3, 2, count], [2 * count, 1, 2], [2 * (count + 4), count + 4, 1], adds);
            Check([3, count, 2], [2 * (count + 4), 1, count + 4], [2 * count, 2, 1], adds);
            Check([3, 3, count], [3 * count, 1, 3], [3 * (count + 4), count + 4, 1], adds);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steps_without_order_are_followed_one_by_one(bool adds) => Check([4, 5, 6], [100, 7, 40], [70, 9, 1], adds);

    [Fact]
    public void Bits_that_are_no_number_arrive_as_they_are()
    {
        float[] source = [.. Enumerable.Range(0, 256).Select(static k => BitConverter.Int32BitsToSingle(0x7F800001 + k))];
        float[] target = new float[256];
        Layouts.Copy(ref source[0], ref target[0], [16, 16], [1, 16], [16, 1]);
        for (int k = 0; k < 256; k++)
        {
            Assert.Equal(0x7F800001 + k, BitConverter.SingleToInt32Bits(target[(k % 16 * 16) + (k / 16)]));
        }
    }

    [Fact]
    public void A_border_becomes_zero_and_the_image_stays()
    {
        CheckBorder(1, 1, 1, 1, 1, 1, 1);
        foreach (int length in Lengths)
        {
            CheckBorder(rows: 3, columns: length, pitch: 1, top: 1, bottom: 0, left: 2, right: 0);
            CheckBorder(rows: 2, columns: 5, length, top: 0, bottom: 2, left: 0, right: 1);
            CheckBorder(rows: 4, columns: 3, length, top: 1, bottom: 1, left: 1, right: 2);
            CheckBorder(rows: 1, columns: 2, length, top: 0, bottom: 0, left: 1, right: 0);
        }
    }

    private static void CheckBorder(int rows, int columns, int pitch, int top, int bottom, int left, int right)
    {
        CheckBorder<float>(rows, columns, pitch, top, bottom, left, right);
        CheckBorder<double>(rows, columns, pitch, top, bottom, left, right);
    }

    private static void CheckBorder<T>(int rows, int columns, int pitch, int top, int bottom, int left, int right)
        where T : unmanaged, INumber<T>
    {
        const int Around = 70;
        int width = left + columns + right, length = (top + rows + bottom) * width * pitch;
        T[] memory = [.. Enumerable.Repeat(T.One, length + (2 * Around))];
        Layouts.ClearBorder(ref memory[Around], rows, width * pitch, top, bottom, left * pitch, right * pitch);
        for (int k = 0; k < memory.Length; k++)
        {
            int pixel = (k - Around) / pitch, row = pixel / width, column = pixel % width;
            bool inside = k >= Around && k < Around + length;
            bool image = row >= top && row < top + rows && column >= left && column < left + columns;
            Assert.Equal(inside && !image ? T.Zero : T.One, memory[k]);
        }
    }

    [Fact]
    public void Settings_of_the_runtime_select_the_tiles()
    {
        static bool IsOff(string name) => Environment.GetEnvironmentVariable($"DOTNET_Enable{name}") == "0";
        bool off = IsOff("HWIntrinsic");
        Assert.Equal(!off && (Sse.IsSupported || AdvSimd.Arm64.IsSupported), Tiles.AreSupported);
        Assert.Equal(!off && !IsOff("AVX") && Avx.IsSupported, Tiles.AreSupported256);
        Assert.False(Tiles.AreSupported512 && (off || IsOff("AVX") || IsOff("AVX512")));
    }

    private static void Check(int[] counts, int[] sourceSteps, int[] targetSteps, bool adds)
    {
        Check<float>(counts, sourceSteps, targetSteps, adds);
        Check<double>(counts, sourceSteps, targetSteps, adds);
    }

    private static void Check<T>(int[] counts, int[] sourceSteps, int[] targetSteps, bool adds)
        where T : unmanaged, INumber<T>
    {
        // The source ends with its last element; the target has a margin in front and behind, at an odd place.
        const int Margin = 37;
        T[] source = [.. Enumerable.Range(1, 1 + Last(counts, sourceSteps)).Select(static k => T.CreateChecked(k))];
        T[] target = [.. Enumerable.Range(0, 1 + Last(counts, targetSteps) + (2 * Margin)).Select(static k => T.CreateChecked(-3 * k))];
        var expected = (T[])target.Clone();
        foreach (int[] index in Indices(counts))
        {
            ref T element = ref expected[Margin + At(index, targetSteps)];
            T value = source[At(index, sourceSteps)];
            element = adds ? element + value : value;
        }

        if (adds)
        {
            Layouts.Add(ref source[0], ref target[Margin], counts, sourceSteps, targetSteps);
        }
        else
        {
            Layouts.Copy(ref source[0], ref target[Margin], counts, sourceSteps, targetSteps);
        }

        Assert.True(
            MemoryMarshal.AsBytes<T>(expected).SequenceEqual(MemoryMarshal.AsBytes<T>(target)),
            $"{typeof(T).Name} [{string.Join(", ", counts)}] from [{string.Join(", ", sourceSteps)}] to [{string.Join(", ", targetSteps)}]{(adds ? ", adding" : string.Empty)}");
    }

    private static int Last(int[] counts, int[] steps) => counts.Zip(steps, static (count, step) => (count - 1) * step).Sum();

    private static int At(int[] index, int[] steps) => index.Zip(steps, static (k, step) => k * step).Sum();

    private static IEnumerable<int[]> Indices(int[] counts)
    {
        int[] index = new int[counts.Length];
        int total = counts.Aggregate(1, static (product, count) => product * count);
        for (int k = 0; k < total; k++)
        {
            for (int axis = counts.Length - 1, rest = k; axis >= 0; axis--)
            {
                index[axis] = rest % counts[axis];
                rest /= counts[axis];
            }

            yield return index;
        }
    }
}
