using System.Runtime.InteropServices;
using System.Text.Json;
using KrakenPlugins.Jose;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwkAggregator;

/// <summary>The keys of one origin: those of its last answer as long as that may be kept, else those of a new one (AUT-127). Safe for concurrent use.</summary>
internal sealed partial class OriginKeys : IDisposable
{
    // What the private half of a key, or a shared secret, consists of (RFC 7518 section 6).
    private static readonly string[] s_secrets = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly JwkDownload _download;
    private readonly string _name;
    private readonly bool _keeps;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Task<IReadOnlyList<byte[]>?>? _flight;
    private IReadOnlyList<byte[]>? _kept;
    private long _since;
    private TimeSpan _freshFor;

    /// <param name="url">URL of the key set; plain HTTP only when it says so.</param>
    /// <param name="keeps">Whether answers are kept.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <exception cref="JwkException">The URL is none.</exception>
    public OriginKeys(string url, bool keeps, TimeProvider time, ILogger logger)
    {
        var isPlain = url.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        _download = new JwkDownload(new JwkOrigin { JwkUrl = url, DisableJwkSecurity = isPlain }, Warn);
        // User and query may be secrets.
        _name = Uri.TryCreate(url, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Authority}{uri.AbsolutePath}" : "";
        _keeps = keeps;
        _time = time;
        _logger = logger;
    }

    /// <summary>The keys as JSON; <see langword="null"/> when there are none, which has been logged. Those who ask at once share an answer.</summary>
    public Task<IReadOnlyList<byte[]>?> GetAsync()
    {
        lock (_gate)
        {
            if (_kept is not null && _time.GetElapsedTime(_since) < _freshFor)
                return Task.FromResult<IReadOnlyList<byte[]>?>(_kept);
            return _flight is { IsCompleted: false } current ? current : _flight = Task.Run(FetchAsync);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Cancel();
        _download.Dispose();
    }

    private async Task<IReadOnlyList<byte[]>?> FetchAsync()
    {
        try
        {
            var result = await _download.GetAsync(_ended.Token).ConfigureAwait(false);
            if (result.Set is null)
            {
                Log.LeftOut(_logger, _name, result.Failure ?? "there are no keys");
                return null;
            }
            var keys = Read(result.Json);
            lock (_gate)
                (_kept, _since, _freshFor) = _keeps ? (keys, _time.GetTimestamp(), result.FreshFor) : (null, 0, TimeSpan.Zero);
            return keys;
        }
        catch (Exception exception)
        {
            if (!_ended.IsCancellationRequested)
                Log.LeftOut(_logger, _name, exception.Message);
            return null;
        }
    }

    private List<byte[]> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var keys = new List<byte[]>();
        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            if (key.ValueKind != JsonValueKind.Object)
                continue;
            if (Array.Exists(s_secrets, name => key.TryGetProperty(name, out _)))
                Warn("a key with its private half is not handed on");
            else
                keys.Add(JsonMarshal.GetRawUtf8Value(key).ToArray());
        }
        return keys;
    }

    // Once: a set is fetched again and again.
    private void Warn(string sentence)
    {
        lock (_gate)
        {
            if (_said.Count >= 100 || !_said.Add(sentence))
                return;
        }
        Log.Said(_logger, _name, sentence);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: jwk-aggregator] The keys of {Name} are left out: {Failure}")]
        public static partial void LeftOut(ILogger logger, string name, string failure);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: jwk-aggregator] Keys of {Name}: {Sentence}")]
        public static partial void Said(ILogger logger, string name, string sentence);
    }
}
