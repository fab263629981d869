using Gateway.Core.Configuration;

namespace Gateway.Core.Routing;

/// <summary>What the router does beside finding the route. Source: reference page "service-settings_router-options".</summary>
public sealed record RouteOptions
{
    /// <summary>Redirect to the path with or without final slash when only that one is served (RTE-031).</summary>
    public bool RedirectTrailingSlash { get; init; } = true;

    /// <summary>Redirect to the cleaned path in its registered spelling (RTE-032); covers trailing slashes too (RTE-035).</summary>
    public bool RedirectFixedPath { get; init; } = true;

    /// <summary>Clean the path before matching instead of redirecting (RTE-036).</summary>
    public bool RemoveExtraSlash { get; init; }

    /// <summary>Refuse values that are still encoded after decoding (RTE-017). Dot segments are refused in any case.</summary>
    public bool CheckParameters { get; init; } = true;

    /// <summary>Tell a wrong method (405) from an unknown path (404) (RTE-030).</summary>
    public bool HandleMethodNotAllowed { get; init; } = true;

    /// <summary>Answer OPTIONS on every path that some method serves (RTE-040).</summary>
    public bool AutoOptions { get; init; }

    /// <summary>The options of a configuration.</summary>
    public static RouteOptions From(RouterConfig config) => new()
    {
        RedirectTrailingSlash = !config.DisableRedirectTrailingSlash,
        RedirectFixedPath = !config.DisableRedirectFixedPath,
        RemoveExtraSlash = config.RemoveExtraSlash,
        CheckParameters = !config.DisablePathDecoding,
        HandleMethodNotAllowed = !config.DisableHandleMethodNotAllowed,
        AutoOptions = config.AutoOptions,
    };
}
