using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gateway.Corpus;

/// <summary>A call that an endpoint answers.</summary>
/// <param name="Method">Method.</param>
/// <param name="Endpoint">The endpoint's path with its placeholders.</param>
/// <param name="Path">The path to call.</param>
/// <param name="Validator">Settings of the endpoint's validator of tokens; none when it asks for none.</param>
internal sealed record Call(string Method, string Endpoint, string Path, JsonElement? Validator);

/// <summary>What a backend's answer has to be so that the gateway can read it.</summary>
internal sealed record BackendAnswer(string Method, Regex Path, string Encoding, bool IsCollection);

/// <summary>The endpoints of a rendered configuration, and what their backends expect.</summary>
internal sealed class Endpoints
{
    private static readonly Regex s_placeholder = new(@"\{[^}]*\}", RegexOptions.CultureInvariant);

    private Endpoints(List<Call> calls, List<BackendAnswer> backends, List<Uri> localHosts, HashSet<string> keyPaths, string? host)
    {
        KeyPaths = keyPaths;
        Host = host;
        Calls = calls;
        Backends = backends;
        LocalHosts = localHosts;
    }

    /// <summary>One call for each endpoint.</summary>
    public IReadOnlyList<Call> Calls { get; }

    /// <summary>What backends answer, by path.</summary>
    public IReadOnlyList<BackendAnswer> Backends { get; }

    /// <summary>Backends of this machine, which no proxy is asked for.</summary>
    public IReadOnlyList<Uri> LocalHosts { get; }

    /// <summary>Paths of the addresses that validators take their keys from.</summary>
    public IReadOnlySet<string> KeyPaths { get; }

    /// <summary>The host that requests have to name; any when there is none.</summary>
    public string? Host { get; }

    /// <summary>Reads a JSON document.</summary>
    public static Endpoints Read(byte[] document)
    {
        using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 1000 });
        var root = json.RootElement;
        var calls = new List<Call>();
        var backends = new List<BackendAnswer>();
        var hosts = new List<string>(Hosts(root));
        var keyPaths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in Items(root, "endpoints"))
        {
            var path = Text(endpoint, "endpoint");
            if (!path.StartsWith('/'))
                path = '/' + path;
            var method = Text(endpoint, "method") is { Length: > 0 } given ? given.ToUpperInvariant() : "GET";
            var validator = Validator(endpoint);
            if (validator is { } settings && Uri.TryCreate(Text(settings, "jwk_url"), UriKind.Absolute, out var keys))
                keyPaths.Add(keys.AbsolutePath);
            calls.Add(new(method, path, s_placeholder.Replace(path, "1").Replace("*", "x", StringComparison.Ordinal), validator));
            foreach (var backend in Items(endpoint, "backend"))
            {
                hosts.AddRange(Hosts(backend));
                var pattern = Text(backend, "url_pattern");
                var isCollection = backend.TryGetProperty("is_collection", out var flag) && flag.ValueKind == JsonValueKind.True;
                // Without a method of its own a backend is called with its endpoint's.
                var backendMethod = Text(backend, "method") is { Length: > 0 } own ? own.ToUpperInvariant() : method;
                backends.Add(new(backendMethod, PathOf(pattern), Text(backend, "encoding"), isCollection));
            }
        }
        return new(calls, backends, [.. hosts.Distinct().Select(Local).OfType<Uri>()], keyPaths, AllowedHost(root));
    }

    private static string? AllowedHost(JsonElement root) =>
        root.TryGetProperty("extra_config", out var extra) && extra.TryGetProperty("security/http", out var http) && http.TryGetProperty("allowed_hosts", out var hosts) && hosts.GetArrayLength() > 0 ? hosts[0].GetString() : null;

    // The claims are made after the document was read.
    private static JsonElement? Validator(JsonElement endpoint) =>
        endpoint.TryGetProperty("extra_config", out var extra) && extra.ValueKind == JsonValueKind.Object && extra.TryGetProperty("auth/validator", out var validator) ? validator.Clone() : null;

    private static Regex PathOf(string pattern)
    {
        var path = pattern.Split('?')[0];
        if (!path.StartsWith('/'))
            path = '/' + path;
        var parts = s_placeholder.Split(path).Select(static p => Regex.Escape(p).Replace(@"\*", ".*", StringComparison.Ordinal));
        return new($"^(/.*)?{string.Join("[^/]*", parts)}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    private static Uri? Local(string host) =>
        Uri.TryCreate(host.Contains("://", StringComparison.Ordinal) ? host : "http://" + host, UriKind.Absolute, out var uri) && uri.IsLoopback ? uri : null;

    private static IEnumerable<string> Hosts(JsonElement owner)
    {
        if (!owner.TryGetProperty("host", out var host))
            return [];
        return host.ValueKind switch
        {
            JsonValueKind.String => [host.GetString()!],
            JsonValueKind.Array => host.EnumerateArray().Where(static h => h.ValueKind == JsonValueKind.String).Select(static h => h.GetString()!).ToArray(),
            _ => [],
        };
    }

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Where(static i => i.ValueKind == JsonValueKind.Object) : [];

    private static string Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
}
