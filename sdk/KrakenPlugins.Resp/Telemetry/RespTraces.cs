using System.Diagnostics;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Telemetry;

/// <summary>
/// Spans of the commands of one pool, below the span in which they were sent (TRF-080). They show what was done and how it ended, never keys or
/// values.
/// </summary>
public sealed class RespTraces : IDisposable
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "KrakenPlugins.Redis";

    private readonly ActivitySource _source = new(SourceName);
    private readonly KeyValuePair<string, object?>[] _attributes;

    /// <summary>Spans of a pool; they are begun by its options.</summary>
    /// <param name="pool">Its name, the value of <c>pool.name</c>.</param>
    /// <param name="database">Number of the database.</param>
    /// <param name="attributes">More attributes of every span.</param>
    public RespTraces(string pool, int database, IEnumerable<KeyValuePair<string, string>> attributes)
    {
        _attributes = [new("db.system", "redis"), new("db.redis.database_index", database), new("pool.name", pool), .. attributes.Select(static a => new KeyValuePair<string, object?>(a.Key, a.Value))];
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <summary>Begins the span of a command; <see langword="null"/> when nobody listens, or does not want this one.</summary>
    internal Activity? Start(string operation)
    {
        if (!_source.HasListeners())
            return null;
        var around = Activity.Current;
        var span = _source.StartActivity(ActivityKind.Client, name: operation, tags: _attributes);
        // The caller goes on in the span that it was in.
        Activity.Current = around;
        return span?.SetTag("db.operation", operation);
    }

    /// <summary>Ends it.</summary>
    /// <param name="span">The span.</param>
    /// <param name="failure">How the command ended; <see langword="null"/> when its caller went away.</param>
    internal static void End(Activity span, RedisFailure? failure)
    {
        if (failure != RedisFailure.None)
        {
            var reason = failure is { } known ? known.ToString().ToLowerInvariant() : "canceled";
            span.SetTag("error.type", reason).SetStatus(ActivityStatusCode.Error, reason);
        }
        // Stopping makes the parent current, here in a flow that has nothing to do with it.
        var around = Activity.Current;
        span.Stop();
        Activity.Current = around;
    }
}
