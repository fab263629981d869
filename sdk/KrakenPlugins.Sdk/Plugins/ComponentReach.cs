namespace KrakenPlugins.Sdk.Plugins;

/// <summary>In which places of its layer a component stands.</summary>
public enum ComponentReach
{
    /// <summary>Where its namespace stands in the place's own <c>extra_config</c>.</summary>
    Place,

    /// <summary>
    /// There, and in every other place of the layer once its namespace stands in the <c>extra_config</c> of the service (telemetry of all
    /// backends). The factory gets the place's own value, or else the service's; it finds the other one through its context, and returns
    /// <see langword="null"/> where it is not needed.
    /// </summary>
    Service,

    /// <summary>
    /// For a component around the service: there, and around a service without its namespace once an endpoint has it. The factory then gets an
    /// empty object; <see cref="IServiceContext.ServiceConfig"/> tells the two apart.
    /// </summary>
    Endpoints,
}
