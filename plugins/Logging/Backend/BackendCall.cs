using System.Diagnostics;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Logging.Backend;

/// <summary>One call of a backend while it runs: what the probes further in noted for its line.</summary>
/// <param name="request">The request as it came to the log; the probe of the HTTP call replaces it by what is really sent.</param>
/// <param name="fields">Paths of the fields of the answer that the pattern prints.</param>
internal sealed class BackendCall(ProxyRequest request, string[][] fields)
{
    // Components between the log and the probes may put other requests in place of theirs; only the flow of the call leads to it.
    private static readonly AsyncLocal<BackendCall?> s_current = new();

    private string?[]? _values;

    /// <summary>The call that the current code is part of, or <see langword="null"/>.</summary>
    public static BackendCall? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>The request that was sent.</summary>
    public ProxyRequest Request { get; set; } = request;

    /// <summary>Whether the pattern prints fields of the answer that nobody has looked up yet.</summary>
    public bool WantsFields => fields.Length > 0 && _values is null;

    /// <summary>Local time of the end of the call.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>How long the call took.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Status of a <c>no-op</c> backend; 0 for any other.</summary>
    public int StatusCode { get; set; }

    /// <summary>Headers of a <c>no-op</c> backend, or <see langword="null"/>.</summary>
    public NameValueList? Headers { get; set; }

    /// <summary>Error text of the gateway, or <see langword="null"/>.</summary>
    public string? Error { get; set; }

    /// <summary>The trace that it belongs to, or <see langword="null"/>.</summary>
    public Activity? Activity { get; set; }

    /// <summary>Text of a field of the answer, or <see langword="null"/>.</summary>
    public string? Field(int index) => _values?[index];

    /// <summary>Looks the fields up in an answer.</summary>
    /// <param name="find">Gives the text of a path, or <see langword="null"/>.</param>
    public void TakeFields(Func<string[], string?> find)
    {
        var values = new string?[fields.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = find(fields[i]);
        _values = values;
    }
}
