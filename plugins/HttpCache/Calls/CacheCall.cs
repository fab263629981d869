using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Calls;

/// <summary>One request that the cache could not answer, on its way to the backend and back.</summary>
internal sealed class CacheCall(CacheCore core, string key, ProxyRequest request, CacheControl directives)
{
    private readonly BackendHost _host = request.Host!;
    private readonly string _target = request.Target;

    public CacheCore Core => core;

    public string Key => key;

    /// <summary>Headers of the request as they were when it was looked for.</summary>
    public NameValueList Headers { get; } = request.Headers.Fork();

    public CacheControl Directives => directives;

    /// <summary>Whether it says who the client is.</summary>
    public bool HasCredentials { get; } = request.Headers.Contains("Authorization") || request.Headers.Contains("Cookie");

    /// <summary>Whether the answer has no body whatever its headers say.</summary>
    public bool IsHead { get; } = request.Method == "HEAD";

    /// <summary>What is kept and has to be asked for, or may stand in for a failure.</summary>
    public Entry? Known { get; set; }

    /// <summary>Those who wait for it, or <see langword="null"/>.</summary>
    public Flight? Flight { get; set; }

    /// <summary>Version of its key when it was begun: what a purge or a change has overtaken is not kept.</summary>
    public long Version { get; set; }

    /// <summary>Whether that has happened.</summary>
    public bool IsOvertaken => core.Bucket.VersionOf(key) != Version;

    /// <summary>
    /// Whether the backend sent on to another URL: how long that one's answer holds says nothing about how long this one leads there.
    /// </summary>
    public bool IsRedirected { get; set; }

    /// <summary>When the backend was asked.</summary>
    public DateTimeOffset AskedAt { get; set; }

    /// <summary>When the head of its answer was there.</summary>
    public DateTimeOffset AnsweredAt { get; set; }

    /// <summary>Why it was asked, in the words of <c>Cache-Status</c>.</summary>
    public string Reason { get; set; } = "miss";

    /// <summary>What was called, without what a query string may tell.</summary>
    public string Url
    {
        get
        {
            var query = _target.IndexOf('?', StringComparison.Ordinal);
            return $"{_host.Scheme}://{_host.Authority}{_host.BasePath}{(query < 0 ? _target : _target[..query])}";
        }
    }

    /// <summary>Whether an answer is one of another URL, to which the backend sent on.</summary>
    public bool IsElsewhere(ClientResponse response) => response.FinalUrl is { Length: > 0 } url && url != $"{_host}{_target}";

    /// <summary>Tells those who wait.</summary>
    public void End(FlightEnd end) => Flight?.End(end);

    /// <summary>Tells those who wait, and all who come in the next seconds, that the answer is for nobody else.</summary>
    public void Pass()
    {
        // A request that was refused the cache for reasons of its own says nothing about others.
        if (!HasCredentials && !directives.NoStore && !directives.NoCache)
            core.Bucket.Flights.NotePass(key);
        End(FlightEnd.Passed);
    }

    /// <summary>The answer as it is kept.</summary>
    public Entry Entry(ClientResponse response, ReadOnlyMemory<byte> body, Freshness freshness) =>
        new(response.StatusCode, Store.Entry.Keep(response.Headers, HasLength(response) ? body.Length : null), body, freshness, AnsweredAt, Url);

    private bool HasLength(ClientResponse response) => !IsHead && response.StatusCode is not 204;
}
