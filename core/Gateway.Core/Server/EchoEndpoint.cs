using System.Text;
using Gateway.Core.Encodings;
using Gateway.Core.Json;
using Gateway.Core.Proxy;
using Gateway.Core.Routing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using QueryString = Gateway.Core.Routing.QueryString;

namespace Gateway.Core.Server;

/// <summary><c>/__echo/*</c> (DEV-012 to 020): answers with what it received.</summary>
internal sealed class EchoEndpoint(Limits limits) : RouteHandler
{
    /// <summary>Where it is served, with its wildcard.</summary>
    public const string Pattern = "/__echo/*";

    public override async Task HandleAsync(Exchange exchange)
    {
        var body = await ReadBodyAsync(exchange.Http, limits).ConfigureAwait(false);
        if (body is null)
        {
            exchange.Http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            exchange.Http.Response.ContentLength = 0;
            return;
        }
        using var output = new PooledBytes(1024);
        Write(exchange, body, output);
        await PlainResponses.WriteAsync(exchange.Http, StatusCodes.Status200OK, MediaTypes.Json, output.Memory).ConfigureAwait(false);
    }

    // The members stand in the order of the reference, which is not the sorted one (DEV-013).
    private static void Write(Exchange exchange, string body, PooledBytes output)
    {
        var request = exchange.Http.Request;
        var query = new NameValueList(ignoreCase: false);
        QueryString.ParseInto(exchange.RawQuery, QueryFilter.All, query);
        var details = new DataObject();
        details["fragment"] = new DataString("");
        details["host"] = new DataString(request.Headers.Host.ToString());
        details["path"] = new DataString(Uri.UnescapeDataString(exchange.RawPath.ToString()));
        details["query"] = new DataString(Encode(query));
        details["user"] = new DataString("");
        Member(output, "{\"req_uri\":"u8, new DataString(exchange.Target));
        Member(output, ",\"req_uri_details\":"u8, details);
        Member(output, ",\"req_method\":"u8, new DataString(request.Method));
        Member(output, ",\"req_querystring\":"u8, Map(query));
        Member(output, ",\"req_body\":"u8, new DataString(body));
        Member(output, ",\"req_headers\":"u8, Map(HeadersOf(request)));
        output.Write("}"u8);
    }

    private static void Member(PooledBytes output, ReadOnlySpan<byte> name, DataNode value)
    {
        output.Write(name);
        DataJson.Write(output, value);
    }

    private static DataObject Map(NameValueList list)
    {
        var map = new DataObject();
        foreach (var (name, value) in list.Items)
        {
            if (map[name] is not DataArray values)
                map[name] = values = new DataArray();
            values.Items.Add(new DataString(value));
        }
        return map;
    }

    private static string Encode(NameValueList query)
    {
        var builder = new UrlBuilder(stackalloc char[256]);
        QueryString.Encode(query, ref builder);
        return builder.ToString();
    }

    /// <summary>The received headers with canonical names, without <c>Host</c>.</summary>
    internal static NameValueList HeadersOf(HttpRequest request)
    {
        var headers = new NameValueList(ignoreCase: true);
        foreach (var (name, values) in request.Headers)
        {
            if (name[0] == ':' || name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var value in values)
                headers.Add(HeaderName.Canonicalize(name), value ?? "");
        }
        return headers;
    }

    /// <summary>The whole body as text; <see langword="null"/> when it is larger than what may be buffered.</summary>
    internal static async ValueTask<string?> ReadBodyAsync(HttpContext context, Limits limits)
    {
        using var body = RequestBody.Streaming(context.Request.BodyReader, context.Request.ContentLength, limits.BufferedRequestBody);
        try
        {
            await body.BufferAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (BufferLimitException)
        {
            return null;
        }
        return Encoding.UTF8.GetString(body.Bytes.Span);
    }
}
