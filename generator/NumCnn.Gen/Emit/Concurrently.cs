using System.Runtime.ExceptionServices;

namespace NumCnn.Gen.Emit;

/// <summary>Work on independent items that takes whatever processors are free. The results come in the items' order, so they do not tell.</summary>
internal static class Concurrently
{
    /// <summary>Applies a function without effects to each item.</summary>
    /// <returns>The results, in the items' order.</returns>
    public static TResult[] Select<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> function)
    {
        var results = new TResult[items.Count];
        try
        {
            Parallel.For(0, items.Count, k => results[k] = function(items[k]));
        }
        catch (AggregateException failures)
        {
            // As a loop would throw it.
            ExceptionDispatchInfo.Capture(failures.InnerExceptions[0]).Throw();
        }

        return results;
    }
}
