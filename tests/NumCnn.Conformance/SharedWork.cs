using System.Runtime.CompilerServices;

namespace NumCnn.Conformance;

/// <summary>The corpus is small: by itself no call would ask for a second thread, so here every one that may does.</summary>
internal static class SharedWork
{
    [ModuleInitializer]
    internal static void Always()
    {
        WorkerPool.LeastWork = 0;
        SharingChoice.LargestTried = -1;
    }
}
