using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>
/// The language's own kinds of plugins: a namespace of each kind lists, under <c>name</c>, plugins that something else registered.
/// Source: reference pages "injecting plugins" and "writing plugins" (EXT-019 to EXT-059).
/// </summary>
public static class PluginKinds
{
    /// <summary>Handlers around the whole service.</summary>
    public const string HttpServer = "http-server";

    /// <summary>Executors of a backend's HTTP call.</summary>
    public const string HttpClient = "http-client";

    /// <summary>Modifiers of requests.</summary>
    public const string RequestModifier = "request-modifier";

    /// <summary>Modifiers of responses.</summary>
    public const string ResponseModifier = "response-modifier";

    /// <summary>Middleware around an endpoint's or a backend's pipeline.</summary>
    public const string Middleware = "middleware";

    /// <summary>Namespace of <see cref="HttpServer"/>.</summary>
    public const string HttpServerNamespace = "plugin/http-server";

    /// <summary>Namespace of <see cref="HttpClient"/>.</summary>
    public const string HttpClientNamespace = "plugin/http-client";

    /// <summary>Namespace of <see cref="RequestModifier"/> and <see cref="ResponseModifier"/>.</summary>
    public const string ModifiersNamespace = "plugin/req-resp-modifier";

    /// <summary>Namespace of <see cref="Middleware"/>.</summary>
    public const string MiddlewareNamespace = "plugin/middleware";

    /// <summary>The namespaces.</summary>
    public static IReadOnlyList<string> Namespaces { get; } = [HttpServerNamespace, HttpClientNamespace, ModifiersNamespace, MiddlewareNamespace];

    /// <summary>The kinds that a name under a namespace may be of; empty when the namespace is none of these.</summary>
    public static IReadOnlyList<string> Of(string @namespace) => @namespace switch
    {
        HttpServerNamespace => [HttpServer],
        HttpClientNamespace => [HttpClient],
        ModifiersNamespace => [RequestModifier, ResponseModifier],
        MiddlewareNamespace => [Middleware],
        _ => [],
    };

    /// <summary>
    /// The plugins that the value of such a namespace lists, in order. A client plugin is one text (EXT-030); the others are a list of
    /// texts, or one text. What is no text is left out.
    /// </summary>
    internal static IReadOnlyList<ConfigNode> NamesIn(string @namespace, ConfigNode value)
    {
        if (value["name"] is not { } name)
            return [];
        return name.Kind switch
        {
            ConfigKind.String when name.Text.Length > 0 => [name],
            ConfigKind.Array when @namespace != HttpClientNamespace => [.. name.Items.Where(static i => i.Kind == ConfigKind.String && i.Text.Length > 0)],
            _ => [],
        };
    }
}
