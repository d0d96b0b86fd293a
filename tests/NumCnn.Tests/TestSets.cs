using System.Numerics;

namespace NumCnn.Tests;

/// <summary>Parameter sets as a compiler would lay them out.</summary>
internal static class TestSets
{
    public static ParameterInfo Dense(string name, int[] shape, int offset, bool trainable = true, Initializer? initializer = null)
    {
        int[][] layout = new int[shape.Length][];
        int stride = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            layout[d] = [shape[d], stride];
            stride *= shape[d];
        }

        return new ParameterInfo(name, shape, offset, layout, trainable, initializer ?? new Initializer.Uniform(0.5));
    }

    /// <summary>[O, I, H, W] as the kernels keep it: blocks of 16 outputs innermost, padded with lanes that nobody addresses.</summary>
    public static ParameterInfo Blocked(string name, int outputs, int inputs, int rows, int columns, int offset)
    {
        int block = rows * columns * inputs * 16;
        int[][] layout =
        [
            [(outputs + 15) / 16, block, 16, 1],
            [inputs, 16],
            [rows, columns * inputs * 16],
            [columns, inputs * 16],
        ];
        return new ParameterInfo(name, [outputs, inputs, rows, columns], offset, layout, Trainable: true, new Initializer.Uniform(0.5));
    }

    /// <summary>A trainable vector of so many elements.</summary>
    public static ParameterSet<T> Vector<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new([Dense("w", [length], 0)], length, length);

    /// <summary>The parameters of Reference/files.py's model: conv1 (2 → 3, 3×3), bn1 (3), fc (3 → 2); the convolution blocked by 16.</summary>
    public static ParameterSet<T> Model<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int conv = 9 * 2 * 16;
        return new ParameterSet<T>(
            [
                Blocked("conv1.weight", 3, 2, 3, 3, 0),
                Dense("conv1.bias", [3], conv),
                Dense("bn1.weight", [3], conv + 16, initializer: new Initializer.Constant(1)),
                Dense("bn1.bias", [3], conv + 32, initializer: new Initializer.Constant(0)),
                Dense("bn1.running_mean", [3], conv + 64, trainable: false, new Initializer.Constant(0)),
                Dense("bn1.running_var", [3], conv + 80, trainable: false, new Initializer.Constant(1)),
                Dense("fc.weight", [2, 3], conv + 48),
                Dense("fc.bias", [2], conv + 56),
            ],
            trainableLength: conv + 64,
            storageLength: conv + 96);
    }
}
