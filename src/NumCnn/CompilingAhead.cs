using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NumCnn;

/// <summary>
/// Has a network's kernels compiled by the JIT compiler on other threads while the network waits for its file. If there are many, one
/// thread compiles them from the end, from before the network's layout is made. Another makes a prediction from zeros, whose result
/// nobody sees; it takes a processor that neither the loading thread nor the first one needs. A method is compiled once for all threads, and
/// whoever needs one that is being compiled waits for it.
/// </summary>
/// <remarks>
/// Small, because a process's first inference waits for this class, too. Nothing happens where a thread could bring
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

    /// <summary>Starts the thread that predicts, unless somebody has before, or it would only take time from the loading one.</summary>
    /// <param name="layout">The network's; it belongs to a class, not to an object.</param>
    /// <param name="predict">The prediction.</param>
    public static void Start(NetworkLayout layout, Action predict)
    {
        if (IsPossible && (Environment.ProcessorCount > 2 || !layout.HasManyKernels) && layout.Claim())
        {
            Start(Predict, "NumCnn compiling ahead", predict);
        }
    }

    /// <summary>Starts the thread that compiles from the end, unless somebody has before.</summary>
    /// <typeparam name="TNetwork">The network's class, of which there may be no layout yet.</typeparam>
    /// <param name="kernels">Gives its kernels.</param>
    public static void StartFromEnd<TNetwork>(Func<Delegate[]> kernels)
    {
        if (IsPossible && Interlocked.Exchange(ref Classes<TNetwork>.Claimed, 1) == 0)
        {
            Start(CompileFromEnd, "NumCnn compiling from the end", kernels);
        }
    }

    [SuppressMessage("Roslynator", "RCS1075", Justification = "Loading works without the threads.")]
    private static void Start(ParameterizedThreadStart work, string name, object argument)
    {
        try
        {
            // It ends with its work; a process that ends earlier does not wait for it.
            new Thread(work) { IsBackground = true, Name = name }.UnsafeStart(argument);
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

    private static class Classes<TNetwork>
    {
        public static int Claimed;
    }
}
