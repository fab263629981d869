using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>Requests and responses as texts, line by line, to be compared.</summary>
internal static class Snapshot
{
    private const int MostBody = 64 << 10;
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(ProxyRequest request)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append(' ').Append(request.Host?.ToString() ?? "").Append(request.Target.Length > 0 ? request.Target : "(endpoint)").Append('\n');
        Append(text, "query ", request.Query);
        Append(text, "param ", request.Parameters);
        Append(text, "", request.Headers);
        Append(text, request.Body.IsBuffered ? request.Body.Bytes.Span : "(a stream)"u8);
        return text.ToString();
    }

    /// <summary>A result; the body of a raw answer is read from it.</summary>
    public static async Task<string> OfAsync(ProxyResult result)
    {
        var text = new StringBuilder();
        if (result.Error is { } error)
            text.Append("error ").Append(error.StatusCode).Append(' ').Append(error.Kind).Append(": ").Append(error.Message).Append('\n');
        if (result.Response is not { } response)
            return text.Append("no response\n").ToString();
        if (response.Raw is { } raw)
            return text.Append(await OfAsync(raw).ConfigureAwait(false)).ToString();
        text.Append("status ").Append(response.StatusCode).Append('\n').Append(response.IsComplete ? "complete\n" : "incomplete\n");
        if (response.Data is { } data)
            Append(text, DataJson.ToUtf8(data.Tree));
        else
            text.Append("no data\n");
        return text.ToString();
    }

    /// <summary>A result of a client; the body of its answer is read from it.</summary>
    public static async Task<string> OfAsync(ClientResult result) => result.Error is { } error
        ? $"error {error.StatusCode} {error.Kind}: {error.Message}\n"
        : await OfAsync(result.Response!).ConfigureAwait(false);

    private static async Task<string> OfAsync(ClientResponse response)
    {
        var text = new StringBuilder();
        text.Append("status ").Append(response.StatusCode).Append('\n');
        Append(text, "", response.Headers);
        // One byte more than is shown, to know whether there is more.
        var body = new byte[MostBody + 1];
        var length = 0;
        while (length < body.Length && await response.ReadAsync(body.AsMemory(length), CancellationToken.None).ConfigureAwait(false) is > 0 and var read)
            length += read;
        Append(text, body.AsSpan(0, length));
        return text.ToString();
    }

    public static string Of(HttpRequest request)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append(' ').Append(request.Path).Append(request.QueryString).Append('\n');
        foreach (var (name, values) in request.Headers)
            text.Append(name).Append(": ").Append(values).Append('\n');
        if (request.Body is MemoryStream body)
            Append(text, body.ToArray());
        return text.ToString();
    }

    public static string Of(HttpResponse response)
    {
        var text = new StringBuilder();
        text.Append("status ").Append(response.StatusCode).Append('\n');
        foreach (var (name, values) in response.Headers)
            text.Append(name).Append(": ").Append(values).Append('\n');
        if (response.Body is MemoryStream body)
            Append(text, body.ToArray());
        return text.ToString();
    }

    public static string Of(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder();
        Append(text, body);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string prefix, NameValueList list)
    {
        foreach (var (name, value) in list.Items)
            text.Append(prefix).Append(name).Append(": ").Append(value).Append('\n');
    }

    // JSON is shown in lines, so that a diff shows members.
    private static void Append(StringBuilder text, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return;
        var raw = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MostBody)]);
        if (body.Length > MostBody)
        {
            text.Append('\n').Append(raw).Append("\n(more than ").Append(MostBody >> 10).Append(" KiB; the rest is not shown)\n");
            return;
        }
        try
        {
            raw = JsonNode.Parse(raw)?.ToJsonString(s_indented) ?? "null";
        }
        catch (JsonException)
        {
            // Any other text stays as it is.
        }
        text.Append('\n').Append(raw).Append('\n');
    }
}
