using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NumCnn;

/// <summary>
/// Has a network's kernels compiled by the JIT compiler on other threads while the network waits for its file. One makes a prediction
/// from zeros, whose result nobody sees; if there are many kernels, a second one begins at their end, and they meet. A method is
/// compiled once for all threads, and whoever needs one that is being compiled waits for it.
/// </summary>
/// <remarks>
/// Not generic, and small, because a process's first inference waits for this class, too. Nothing happens where a thread could bring
/// nothing: code that was compiled ahead of time, a single processor, a network that has been loaded before; nor under a
/// debugger, whose breakpoints in kernels would be hit by a sample that the program never had.
/// </remarks>
internal static class CompilingAhead
{
    /// <summary>The switch that turns it off; on unless a program says otherwise.</summary>
    public const string Switch = "NumCnn.CompileWhileLoading";

    /// <summary>Whether a thread of its own brings anything in this process.</summary>
    public static bool IsPossible => RuntimeFeature.IsDynamicCodeCompiled && Environment.ProcessorCount > 1 && !Debugger.IsAttached && IsWanted;

    private static bool IsWanted => !AppContext.TryGetSwitch(Switch, out bool wanted) || wanted;

    /// <summary>Starts the threads, unless somebody has before.</summary>
    /// <param name="layout">The network's; it belongs to a class, not to an object.</param>
    /// <param name="predict">The prediction.</param>
    /// <param name="kernels">Gives its kernels.</param>
    [SuppressMessage("Roslynator", "RCS1075", Justification = "Loading works without the threads.")]
    public static void Start(NetworkLayout layout, Action predict, Func<Delegate[]> kernels)
    {
        if (!IsPossible || !layout.Claim())
        {
            return;
        }

        try
        {
            // They end with their work; a process that ends earlier does not wait for them.
            new Thread(Predict) { IsBackground = true, Name = "NumCnn compiling ahead" }.UnsafeStart(predict);
            if (layout.HasManyKernels)
            {
                new Thread(CompileFromEnd) { IsBackground = true, Name = "NumCnn compiling from the end" }.UnsafeStart(kernels);
            }
        }
        catch (Exception)
        {
            // No memory for another thread: Predict compiles when it is called.
        }
    }

    [SuppressMessage("Roslynator", "RCS1075", Justification = "An exception here would end the process.")]
    private static void Predict(object? predict)
    {
        try
        {
            ((Action)predict!)();
        }
        catch (Exception)
        {
            // Such as no memory for the workspace. A caller's own Predict will say so; nobody is waiting for this one.
        }
    }

    [SuppressMessage("Roslynator", "RCS1075", Justification = "An exception here would end the process.")]
    private static void CompileFromEnd(object? kernels)
    {
        try
        {
            var all = ((Func<Delegate[]>)kernels!)();
            for (int k = all.Length - 1; k >= 0; k--)
            {
                RuntimeHelpers.PrepareDelegate(all[k]);
            }
        }
        catch (Exception)
        {
            // The kernels are compiled when they are called.
        }
    }
}
