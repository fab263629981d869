using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>Requests for components.</summary>
public static class TestRequest
{
    /// <summary>A request on its way through the pipelines.</summary>
    /// <param name="method">Method.</param>
    /// <param name="target">Path and query towards the backend; empty above the backends.</param>
    /// <param name="headers">Headers; names get their canonical spelling.</param>
    /// <param name="query">Query parameters, decoded.</param>
    /// <param name="parameters">Values of placeholders; names have their first letter in upper case.</param>
    /// <param name="body">A body; see <see cref="Body"/>.</param>
    /// <param name="host">Where the call goes.</param>
    /// <param name="claims">JSON object of a validated token's claims, or <see langword="null"/> for no token.</param>
    /// <param name="exchange">The client's exchange; see <see cref="Exchange"/>.</param>
    public static ProxyRequest Create(
        string method = "GET",
        string target = "",
        IReadOnlyList<(string Name, string Value)>? headers = null,
        IReadOnlyList<(string Name, string Value)>? query = null,
        IReadOnlyList<(string Name, string Value)>? parameters = null,
        RequestBody? body = null,
        BackendHost? host = null,
        string? claims = null,
        HttpContext? exchange = null) => new()
        {
            Method = method,
            Target = target,
            Host = host,
            Headers = List(headers, ignoreCase: true),
            Query = List(query, ignoreCase: false),
            Parameters = List(parameters, ignoreCase: false),
            Body = body ?? RequestBody.Empty,
            Claims = claims is null ? null : new TestClaims(TestPayload.Tree(claims)),
            HttpContext = exchange,
        };

    /// <summary>A body of a text, as UTF-8.</summary>
    public static RequestBody Body(string text) => RequestBody.Of(Encoding.UTF8.GetBytes(text));

    /// <summary>An exchange for HTTP components; <see cref="TestResults.ReadText(HttpContext)"/> reads what was answered.</summary>
    public static HttpContext Exchange(string method = "GET", string path = "/test", string query = "", IReadOnlyList<(string Name, string Value)>? headers = null, string body = "")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;
        context.Request.QueryString = new QueryString(query.Length == 0 || query[0] == '?' ? query : "?" + query);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("gateway.test");
        var bytes = Encoding.UTF8.GetBytes(body);
        context.Request.Body = new MemoryStream(bytes, writable: false);
        context.Request.ContentLength = bytes.Length;
        foreach (var (name, value) in headers ?? [])
            context.Request.Headers.Append(name, value);
        context.Response.Body = new MemoryStream();
        return context;
    }

    private static NameValueList List(IReadOnlyList<(string Name, string Value)>? pairs, bool ignoreCase)
    {
        var list = new NameValueList(ignoreCase);
        foreach (var (name, value) in pairs ?? [])
            list.Add(ignoreCase ? HeaderName.Canonicalize(name) : name, value);
        return list;
    }

    private sealed class TestClaims(DataObject tree) : IClaims
    {
        public DataObject? Tree => tree;

        public string? GetText(string name) => tree[name] switch
        {
            null => null,
            DataString text => text.Value,
            DataArray list => string.Join(',', list.Items.Select(static i => i is DataString s ? s.Value : DataJson.ToString(i))),
            { } other => DataJson.ToString(other),
        };
    }
}
