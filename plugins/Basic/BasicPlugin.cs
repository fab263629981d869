using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Basic;

/// <summary>
/// The component <c>auth/basic</c>, and <c>basic-auth</c> of <c>plugin/http-server</c>, its form of old. Source: reference page "basic
/// authentication"; AUT-107 to AUT-113.
/// </summary>
public sealed class BasicPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service and of endpoints.</summary>
    public const string Namespace = "auth/basic";

    /// <summary>Name of the server plugin.</summary>
    public const string LegacyName = "basic-auth";

    private const int Waiting = 64;

    private static readonly ConfigPath s_path = ConfigPath.Root.Member(Namespace);

    // Both belong to the process: what matched before a reload still matches, and the processor is one.
    private static readonly KnownPasswords s_known = new();
    private static readonly PasswordChecks s_checks = new(Math.Max(1, Environment.ProcessorCount / 2), Waiting);

    private ConfigNode? _document;
    private UserSet? _service;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        // The service's object is read by the components of its endpoints; nothing stands around the service itself.
        registry.Server(Namespace, ServerStages.ServiceGuards, static (_, _, _) => null);
        registry.Endpoint(Namespace, EndpointStages.BasicAuthentication, Create, ComponentReach.Service);
        registry.HttpServer(LegacyName, static (config, context, diagnostics) => LegacyGuard.Create(config, context, diagnostics));
    }

    /// <summary>What checks requests against users.</summary>
    internal static BasicMiddleware Guard(UserSet users, IServiceContext context) => new(users, s_known, s_checks, context);

    private BasicMiddleware? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        var service = ServiceUsers(context, diagnostics);
        if (context.EndpointConfig(Namespace) is not { } own || diagnostics.HasErrors)
            return null;
        var users = IsEmpty(own) ? service : Read(own, diagnostics);
        if (users is null && !diagnostics.HasErrors)
            diagnostics.Error(config.Position, s_path.ToString(), $"{context.LogPrefix} takes the users of the service, which has none: \"{Namespace}\" is missing in the extra_config of the root");
        return users is null ? null : Guard(users, context);
    }

    /// <summary>The users of the service, read once per configuration, with the first of its endpoints.</summary>
    private UserSet? ServiceUsers(IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        if (!ReferenceEquals(_document, context.Document))
            (_document, _service) = (context.Document, context.ServiceConfig(Namespace) is { } service ? Read(service, diagnostics) : null);
        return _service;
    }

    private static UserSet? Read(ConfigNode config, ConfigDiagnostics diagnostics) =>
        new ConfigBinder(diagnostics).TryBind<BasicSettings>(config, s_path, out var settings) ? UserSet.Compile(settings, diagnostics) : null;

    private static bool IsEmpty(ConfigNode config)
    {
        foreach (var member in config.Members)
        {
            if (!ConfigBinder.IsMetadata(member.Name))
                return false;
        }
        return config.Kind is ConfigKind.Object or ConfigKind.Array && config.Items.Count == 0;
    }
}
