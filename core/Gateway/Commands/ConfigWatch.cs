using Gateway.Core.Files;

namespace Gateway.Commands;

/// <summary>
/// Reloads when files of the configuration or of a plugin have changed (<c>run --watch</c>). A change counts when two looks in a row see the
/// same, so that a file which is still being written, or a plugin which is still being copied, is left to its end.
/// </summary>
/// <param name="stamps">How the files were when they were read.</param>
/// <param name="paths">What is to be watched after a reload.</param>
/// <param name="read">How the files of the last reload were when it had read them, or <see langword="null"/>: what is changed while it takes effect counts.</param>
/// <param name="reloads">Reloads.</param>
/// <param name="interval">Time between two looks.</param>
/// <param name="time">Clock.</param>
internal sealed class ConfigWatch(FileStamps stamps, Func<IReadOnlyList<string>> paths, Func<FileStamps?> read, ReloadQueue reloads, TimeSpan interval, TimeProvider time)
{
    /// <summary>Time between two looks of the executable.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Watches until the token fires.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        stamps.Follow(paths());
        using var timer = new PeriodicTimer(interval, time);
        var isUnsettled = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
            {
                if (stamps.HasChanged())
                {
                    stamps.Renew();
                    isUnsettled = true;
                    continue;
                }
                if (!isUnsettled)
                    continue;
                isUnsettled = false;
                if (reloads.Request() is not { } reload)
                    return;
                await reload.ConfigureAwait(false);
                stamps.Follow(paths(), read());
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to end, and ended.
        }
    }
}
