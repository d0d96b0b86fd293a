namespace NumCnn.Benchmarks.Measuring;

/// <summary>
/// Waits until no thread of a side works any more. The threads of ONNX Runtime, of OpenMP and our own spin for some
/// milliseconds after a call, in case another follows at once. That is their right in their own turn, but beyond it they
/// sit on a core that the other side is being timed on.
/// </summary>
/// <param name="children">Processes of peers.</param>
internal sealed class Quiet(IReadOnlyList<int> children)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(500);

    /// <summary>Turns before which threads still ran after the longest wait.</summary>
    public int Failures { get; private set; }

    /// <summary>Waits; where the system does not tell what threads do, for as long as spinning usually takes.</summary>
    public void Wait()
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.Sleep(30);
            return;
        }

        long start = Environment.TickCount64;
        while (!IsQuiet())
        {
            if (Environment.TickCount64 - start > s_longest.TotalMilliseconds)
            {
                Failures++;
                return;
            }

            Thread.Sleep(1);
        }
    }

    // This thread runs itself.
    private bool IsQuiet() => Running("self") <= 1 && children.All(static child => Running($"{child}") == 0);

    private static int Running(string process)
    {
        int running = 0;
        foreach (string task in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                // "tid (name) S …": the name may hold anything, the state follows its last bracket.
                string stat = File.ReadAllText(task + "/stat");
                running += stat[stat.LastIndexOf(')') + 2] == 'R' ? 1 : 0;
            }
            catch (IOException)
            {
                // The thread has just ended.
            }
        }

        return running;
    }
}
