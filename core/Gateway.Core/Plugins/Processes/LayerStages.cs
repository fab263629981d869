using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Plugins.Processes;

/// <summary>The stages of the SDK by the names that a manifest calls them by.</summary>
internal static class LayerStages
{
    private const string Before = "before ";
    private const string After = "after ";

    private static readonly Dictionary<string, Stage[]> s_stages = new(StringComparer.Ordinal)
    {
        ["server"] =
        [
            ServerStages.Telemetry, ServerStages.Cors, ServerStages.HttpServerPlugins, ServerStages.ServiceGuards, ServerStages.Routing, ServerStages.Security, ServerStages.Scripts,
            ServerStages.BotDetector,
        ],
        ["endpoint"] =
        [
            EndpointStages.EarlyExtraction, EndpointStages.BotDetector, EndpointStages.BasicAuthentication, EndpointStages.ApiKeys, EndpointStages.Authentication, EndpointStages.Scripts,
            EndpointStages.RateLimit, EndpointStages.BodyLimits,
        ],
        ["proxy"] =
        [
            ProxyStages.Answer, ProxyStages.Telemetry, ProxyStages.FinalResponse, ProxyStages.Scripts, ProxyStages.Policies, ProxyStages.RequestValidation, ProxyStages.RequestBody,
            ProxyStages.Shadow, ProxyStages.Middleware, ProxyStages.Static, ProxyStages.Modifiers, ProxyStages.Flatmap,
        ],
        ["backend"] =
        [
            BackendStages.Request, BackendStages.Protocol, BackendStages.Modifiers, BackendStages.Telemetry, BackendStages.CircuitBreaker, BackendStages.RateLimit,
            BackendStages.Middleware, BackendStages.Response, BackendStages.Scripts, BackendStages.Policies, BackendStages.RequestBody,
        ],
        ["client"] =
        [
            ClientStages.Martian, ClientStages.Retries, ClientStages.HttpClientPlugins, ClientStages.Telemetry, ClientStages.Cache, ClientStages.Credentials, ClientStages.Signing,
        ],
    };

    private static readonly Dictionary<string, Stage> s_defaults = new(StringComparer.Ordinal)
    {
        ["server"] = ServerStages.HttpServerPlugins,
        ["endpoint"] = EndpointStages.Scripts,
        ["proxy"] = ProxyStages.Modifiers,
        ["backend"] = BackendStages.Modifiers,
        ["client"] = ClientStages.Martian,
    };

    /// <summary>Where components of a layer stand that say nothing of it.</summary>
    public static Stage DefaultOf(string layer) => s_defaults.GetValueOrDefault(layer);

    /// <summary>The stage of a name that <see cref="WhyNot"/> has nothing against.</summary>
    public static Stage Find(string layer, string name) =>
        name.StartsWith(Before, StringComparison.Ordinal) ? Find(layer, name[Before.Length..]).Before()
        : name.StartsWith(After, StringComparison.Ordinal) ? Find(layer, name[After.Length..]).After()
        : Array.Find(s_stages[layer], s => s.Name == name);

    /// <summary>What is wrong with the name of a stage, or <see langword="null"/>.</summary>
    public static string? WhyNot(string layer, string name)
    {
        if (!s_stages.TryGetValue(layer, out var stages))
            return $"the layer \"{layer}\" has no stages";
        var plain = name.StartsWith(Before, StringComparison.Ordinal) ? name[Before.Length..] : name.StartsWith(After, StringComparison.Ordinal) ? name[After.Length..] : name;
        var names = stages.Select(static s => s.Name).ToArray();
        return names.Contains(plain, StringComparer.Ordinal)
            ? null
            : $"{ConfigText.Quote(name)} is no stage of the layer \"{layer}\"{NearestName.Suggest(plain, names)} ({string.Join(", ", names)}; each with \"before\" or \"after\" in front)";
    }
}
