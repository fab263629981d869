using System.Collections.Concurrent;
using System.Diagnostics;

namespace Gateway.Sidecars.Processes;

/// <summary>
/// The one thread that starts sidecars. The system tells a child that its parent has died when the thread ends that started it, so that this thread
/// has to live as long as the gateway.
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action> s_work = [];
    private static readonly Lazy<Thread> s_thread = new(Start);

    /// <summary>Starts a process; throws what <see cref="Process.Start(ProcessStartInfo)"/> throws.</summary>
    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        _ = s_thread.Value;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    private static Thread Start()
    {
        var thread = new Thread(static () =>
        {
            foreach (var work in s_work.GetConsumingEnumerable())
                work();
        }) { IsBackground = true, Name = "sidecars" };
        thread.Start();
        return thread;
    }
}
