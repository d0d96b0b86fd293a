using System.Numerics;
using System.Runtime.CompilerServices;
using NumCnn.Random;

namespace NumCnn;

/// <summary>How a parameter's first values are made. The compiler works out bounds and deviations; here they are numbers.</summary>
public abstract record Initializer
{
    private Initializer()
    {
    }

    /// <summary>Fills a parameter's values.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="values">The values in PyTorch's order.</param>
    /// <param name="random">The parameter's stream.</param>
    public abstract void Fill<T>(Span<T> values, InitRandom random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Uniform over [-<paramref name="Bound"/>, <paramref name="Bound"/>).</summary>
    /// <param name="Bound">Half the interval's width.</param>
    public sealed record Uniform(double Bound) : Initializer
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A network's first call may fill millions of values.
        public override void Fill<T>(Span<T> values, InitRandom random)
        {
            ArgumentNullException.ThrowIfNull(random);
            foreach (ref T value in values)
            {
                value = T.CreateTruncating((2 * random.NextDouble() - 1) * Bound);
            }
        }
    }

    /// <summary>Normal, with mean 0.</summary>
    /// <param name="StandardDeviation">The distribution's standard deviation.</param>
    public sealed record Normal(double StandardDeviation) : Initializer
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A network's first call may fill millions of values.
        public override void Fill<T>(Span<T> values, InitRandom random)
        {
            ArgumentNullException.ThrowIfNull(random);
            foreach (ref T value in values)
            {
                value = T.CreateTruncating(random.NextNormal() * StandardDeviation);
            }
        }
    }

    /// <summary>The same value everywhere.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Constant(double Value) : Initializer
    {
        /// <inheritdoc/>
        public override void Fill<T>(Span<T> values, InitRandom random) => values.Fill(T.CreateTruncating(Value));
    }

    /// <summary>Values that the YAML gives.</summary>
    /// <param name="Values">One value for each element, in PyTorch's order.</param>
    public sealed record Literal(double[] Values) : Initializer
    {
        /// <inheritdoc/>
        /// <exception cref="ArgumentException">The number of values differs from the parameter's.</exception>
        public override void Fill<T>(Span<T> values, InitRandom random)
        {
            if (Values.Length != values.Length)
            {
                throw new ArgumentException($"{Values.Length} literal values for a parameter of {values.Length}.", nameof(values));
            }

            for (int i = 0; i < values.Length; i++)
            {
                values[i] = T.CreateTruncating(Values[i]);
            }
        }
    }
}
