namespace NumCnn.Samples.Articles;

/// <summary>Every n-th element of an array along each dimension: NumPy's x[::a, ::b, …].</summary>
public static class Stride
{
    /// <param name="values">The array in C order.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="steps">A step for each dimension.</param>
    /// <returns>The chosen elements in C order.</returns>
    public static T[] Take<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> shape, ReadOnlySpan<int> steps)
    {
        var taken = new List<T>();
        int[] index = new int[shape.Length];
        while (true)
        {
            int offset = 0;
            for (int d = 0; d < shape.Length; d++)
            {
                offset = (offset * shape[d]) + index[d];
            }

            taken.Add(values[offset]);
            int last = shape.Length - 1;
            for (; last >= 0 && (index[last] += steps[last]) >= shape[last]; last--)
            {
                index[last] = 0;
            }

            if (last < 0)
            {
                return [.. taken];
            }
        }
    }
}
