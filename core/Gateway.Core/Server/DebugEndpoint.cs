using System.Text;
using Gateway.Core.Encodings;
using Gateway.Core.Proxy;
using Gateway.Core.Routing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QueryString = Gateway.Core.Routing.QueryString;

namespace Gateway.Core.Server;

/// <summary>
/// <c>/__debug/*</c> (DEV-001 to 011): answers <c>{"message":"pong"}</c> and logs what it received, at DEBUG only, because that
/// includes credentials.
/// </summary>
internal sealed partial class DebugEndpoint(ILogger logger, Limits limits) : RouteHandler
{
    private static readonly byte[] s_pong = """{"message":"pong"}"""u8.ToArray();

    /// <summary>Where it is served, with its wildcard.</summary>
    public const string Pattern = "/__debug/*";

    public override async Task HandleAsync(Exchange exchange)
    {
        if (logger.IsEnabled(LogLevel.Debug))
            await LogAsync(exchange).ConfigureAwait(false);
        await PlainResponses.WriteAsync(exchange.Http, StatusCodes.Status200OK, MediaTypes.Json, s_pong).ConfigureAwait(false);
    }

    private async Task LogAsync(Exchange exchange)
    {
        var request = exchange.Http.Request;
        var path = exchange.RawPath["/__debug".Length..].ToString();
        var query = new NameValueList(ignoreCase: false);
        QueryString.ParseInto(exchange.RawQuery, QueryFilter.All, query);
        Log.Method(logger, request.Method);
        Log.Url(logger, exchange.Target);
        Log.Query(logger, Describe(query));
        Log.Params(logger, $"[param:{path}]");
        Log.Headers(logger, Describe(EchoEndpoint.HeadersOf(request)));
        var text = await EchoEndpoint.ReadBodyAsync(exchange.Http, limits).ConfigureAwait(false);
        Log.Body(logger, text ?? "(larger than the limit)");
    }

    private static string Describe(NameValueList list)
    {
        var text = new StringBuilder("map[");
        foreach (var group in list.Items.ToArray().GroupBy(static p => p.Key, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal))
            text.Append(text.Length > 4 ? " " : "").Append(group.Key).Append(":[").AppendJoin(' ', group.Select(static p => p.Value)).Append(']');
        return text.Append(']').ToString();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: /__debug/*] Method: {Method}")]
        public static partial void Method(ILogger logger, string method);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: /__debug/*] URL: {Url}")]
        public static partial void Url(ILogger logger, string url);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: /__debug/*] Query: {Query}")]
        public static partial void Query(ILogger logger, string query);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: /__debug/*] Params: {Params}")]
        public static partial void Params(ILogger logger, string @params);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: /__debug/*] Headers: {Headers}")]
        public static partial void Headers(ILogger logger, string headers);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: /__debug/*] Body: {Body}")]
        public static partial void Body(ILogger logger, string body);
    }
}
