using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Port;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Revoker.State;

/// <summary>A snapshot cannot be used.</summary>
/// <param name="message">Why, and what to do.</param>
internal sealed class SnapshotException(string message) : Exception(message);

/// <summary>
/// The file that keeps revocations over a restart (AUT-253 to 255): <c>KPRS</c>, version, length of a JSON object, it (settings, time of the last
/// rotation), the three filters as gzip, SHA-256 of all that. It is replaced as a whole; only its owner can read it.
/// </summary>
internal sealed partial class Snapshot : IAsyncDisposable
{
    private const int HeadLength = 9;
    private const int MostJson = 4096;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly byte[] s_magic = [.. "KPRS"u8, 1];

    private readonly RotatingFilter _filter;
    private readonly bool _isNew;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly PeriodicTimer _timer;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _writing = new(1);
    private volatile ILogger? _logger;
    private Task _running = Task.CompletedTask;
    private bool _isStarted;

    /// <param name="filter">What it keeps.</param>
    /// <param name="isNew">Whether it has not served yet, so that its rotations are to go on where those of the file were.</param>
    /// <param name="path">The file.</param>
    /// <param name="time">Clock.</param>
    public Snapshot(RotatingFilter filter, bool isNew, string path, TimeProvider time)
    {
        _filter = filter;
        _isNew = isNew;
        _path = Path.GetFullPath(path);
        _time = time;
        _timer = new PeriodicTimer(Timeout.InfiniteTimeSpan, time);
    }

    /// <summary>
    /// Takes up what the file holds and begins to write it, once. Throws <see cref="SnapshotException"/> when there is a file that cannot be used: going on
    /// without it would let revoked tokens in.
    /// </summary>
    /// <param name="interval">Time between two writes from now on.</param>
    /// <param name="logger">Log of the configuration that serves.</param>
    public async Task StartAsync(TimeSpan interval, ILogger logger)
    {
        _logger = logger;
        if (_timer.Period != interval)
            _timer.Period = interval;
        if (_isStarted)
            return;
        await RestoreAsync(logger).ConfigureAwait(false);
        _isStarted = true;
        _running = RunAsync();
    }

    /// <summary>Writes the file. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public async Task WriteAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        var temporary = $"{_path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = Mode;
            var file = new FileStream(temporary, options);
            await using (file.ConfigureAwait(false))
            {
                await WriteAsync(file).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, _path, overwrite: true);
        }
        finally
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            _writing.Release();
        }
    }

    /// <summary>Writes for the last time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _timer.Dispose();
        if (_isStarted)
            await TryWriteAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                if (_filter.TakeChange())
                    await TryWriteAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end writes once more.
        }
    }

    private async Task TryWriteAsync()
    {
        try
        {
            await WriteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _filter.NoteChange();
            if (_logger is { } logger)
                Log.NotWritten(logger, _path, exception.Message);
        }
    }

    private async Task WriteAsync(FileStream file)
    {
        // The time before the content: should it rotate in between, more is kept than had to be.
        var rotated = _filter.Rotated;
        var json = Describe(rotated);
        var head = new byte[HeadLength];
        s_magic.CopyTo(head, 0);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(s_magic.Length), json.Length);
        await file.WriteAsync(head).ConfigureAwait(false);
        await file.WriteAsync(json).ConfigureAwait(false);
        await FilterContent.WriteAsync(_filter.Filters, file, CancellationToken.None).ConfigureAwait(false);
        await file.FlushAsync().ConfigureAwait(false);
        file.Position = 0;
        var hash = await SHA256.HashDataAsync(file).ConfigureAwait(false);
        await file.WriteAsync(hash).ConfigureAwait(false);
    }

    private byte[] Describe(DateTimeOffset rotated)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("n", _filter.Settings.Count);
            json.WriteNumber("p", _filter.Settings.Probability);
            json.WriteNumber("ttl", _filter.Settings.Ttl);
            json.WriteString("hash_name", _filter.Settings.HashText);
            json.WriteNumber("rotated_ms", rotated.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    private async Task RestoreAsync(ILogger logger)
    {
        try
        {
            var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read);
            await using (file.ConfigureAwait(false))
                await RestoreAsync(file, logger).ConfigureAwait(false);
        }
        catch (DirectoryNotFoundException)
        {
            throw Unusable("its folder does not exist, so that it can be neither read nor written; create or mount it");
        }
        catch (FileNotFoundException)
        {
            Log.None(logger, _path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or PortException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unusable(exception.Message);
        }
    }

    private async Task RestoreAsync(FileStream file, ILogger logger)
    {
        var head = new byte[HeadLength];
        if (file.Length < HeadLength + SHA256.HashSizeInBytes || file.Read(head) != HeadLength || !head.AsSpan(0, s_magic.Length).SequenceEqual(s_magic))
            throw Unusable("it is no snapshot of this version");
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(s_magic.Length));
        if (length is < 2 or > MostJson)
            throw Unusable("it is broken");
        await CheckAsync(file).ConfigureAwait(false);
        file.Position = HeadLength;
        var json = new byte[length];
        await file.ReadExactlyAsync(json).ConfigureAwait(false);
        using var document = JsonDocument.Parse(json);
        var rotated = DateTimeOffset.FromUnixTimeMilliseconds(document.RootElement.GetProperty("rotated_ms").GetInt64());
        var settings = PortSettings.Parse(json).Filter;
        if (_time.GetUtcNow() - rotated >= settings.Period * 3)
        {
            Log.Expired(logger, _path);
            return;
        }
        if (settings != _filter.Settings)
            throw Unusable($"it was made for {settings}, and the configuration says {_filter.Settings}");
        await FilterContent.MergeAsync(new Bounded(file, file.Length - SHA256.HashSizeInBytes), _filter.Filters, CancellationToken.None).ConfigureAwait(false);
        // One that serves is ahead of its file: to go back and rotate again would forget too early.
        if (_isNew)
            _filter.Resume(rotated);
        Log.Restored(logger, _path);
    }

    private async Task CheckAsync(FileStream file)
    {
        file.Position = 0;
        var content = new Bounded(file, file.Length - SHA256.HashSizeInBytes);
        var hash = await SHA256.HashDataAsync(content).ConfigureAwait(false);
        var stored = new byte[SHA256.HashSizeInBytes];
        await file.ReadExactlyAsync(stored).ConfigureAwait(false);
        if (!hash.AsSpan().SequenceEqual(stored))
            throw Unusable("its checksum is wrong");
    }

    private SnapshotException Unusable(string reason) =>
        new($"auth/revoker: the snapshot {_path} cannot be used: {reason}. Without it revoked tokens would be let in; restore it, or remove it to begin without revocations");

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Bloomfilter] There is no snapshot {Path} yet: beginning without revocations")]
        public static partial void None(ILogger logger, string path);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Bloomfilter] Revocations restored from {Path}")]
        public static partial void Restored(ILogger logger, string path);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Bloomfilter] All revocations of the snapshot {Path} have expired")]
        public static partial void Expired(ILogger logger, string path);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Bloomfilter] The snapshot {Path} was not written, the next attempt follows: {Reason}")]
        public static partial void NotWritten(ILogger logger, string path, string reason);
    }

    /// <summary>A file up to some position.</summary>
    private sealed class Bounded(FileStream file, long end) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            file.ReadAsync(buffer[..(int)Math.Min(buffer.Length, end - file.Position)], cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
        public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, (int)Math.Min(count, end - file.Position));
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
