using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// <c>KRAKEND_…</c> variables: they replace root attributes that hold one value and are present in the file.
/// Source: reference page "environment vars".
/// </summary>
internal static class EnvironmentOverrides
{
    private const string Prefix = "KRAKEND_";

    private static readonly string[] s_texts = ["name", "listen_ip", "output_encoding"];

    private static readonly string[] s_scalars =
    [
        .. s_texts,
        "port", "max_header_bytes", "max_idle_connections", "max_idle_connections_per_host",
        "timeout", "cache_ttl", "read_timeout", "read_header_timeout", "write_timeout", "idle_timeout", "max_shutdown_wait_time",
        "dns_cache_ttl", "dialer_timeout", "dialer_keep_alive", "dialer_fallback_delay", "idle_connection_timeout",
        "response_header_timeout", "expect_continue_timeout",
        "debug_endpoint", "echo_endpoint", "disable_rest", "disable_compression", "disable_keep_alives", "sequential_start", "use_h2c",
    ];

    private static readonly string[] s_containers = ["host", "tls", "client_tls", "endpoints", "async_agent", "extra_config", "plugin"];

    /// <summary>The root with the values of the environment in the place of its own.</summary>
    public static ConfigNode Apply(ConfigNode root, Func<string, string?> environment, ConfigDiagnostics diagnostics)
    {
        List<ConfigMember>? members = null;
        foreach (var attribute in s_scalars)
        {
            var variable = Prefix + attribute.ToUpperInvariant();
            if (environment(variable) is not { } value || !IsUsable(attribute, variable, value, diagnostics))
                continue;
            if (!IsPresent(root, attribute))
            {
                Ignored(variable, $"\"{attribute}\" is not in the file; a variable only overrides what is there", diagnostics);
                continue;
            }
            members ??= [.. root.Members];
            var place = new SourcePosition($"environment variable {variable}", 0, 0);
            members.Add(new(attribute, place, ConfigNode.String(place, value)));
        }
        foreach (var attribute in s_containers)
        {
            var variable = Prefix + attribute.ToUpperInvariant();
            if (environment(variable) is not null)
                Ignored(variable, $"\"{attribute}\" holds a list or an object, which a variable cannot override", diagnostics);
        }
        if (environment("KRAKEND_DEBUG") is not null)
            Ignored("KRAKEND_DEBUG", "use the flag -d, or KRAKEND_DEBUG_ENDPOINT", diagnostics);
        if (environment("KRAKEND_CONFIG_PATH") is not null)
            Ignored("KRAKEND_CONFIG_PATH", "use the flag -c", diagnostics);
        return members is null ? root : ConfigNode.Object(root.Position, members);
    }

    /// <summary>Kubernetes sets <c>KRAKEND_PORT=tcp://…</c> wherever a service is called "krakend"; Compose sets what it knows nothing of to nothing.</summary>
    private static bool IsUsable(string attribute, string variable, string value, ConfigDiagnostics diagnostics)
    {
        if (value.Length == 0 && !s_texts.Contains(attribute))
        {
            Ignored(variable, "it is empty", diagnostics);
            return false;
        }
        if (attribute != "port" || !value.StartsWith("tcp://", StringComparison.Ordinal))
            return true;
        Ignored(variable, "it was set by Kubernetes for a service of that name and is no port", diagnostics);
        return false;
    }

    private static bool IsPresent(ConfigNode root, string attribute)
    {
        for (var i = root.Members.Count - 1; i >= 0; i--)
        {
            if (root.Members[i].Name.Equals(attribute, StringComparison.OrdinalIgnoreCase))
                return root.Members[i].Value.Kind != ConfigKind.Null;
        }
        return false;
    }

    private static void Ignored(string variable, string reason, ConfigDiagnostics diagnostics) =>
        diagnostics.Warning(new($"environment variable {variable}", 0, 0), "", $"the variable is ignored: {reason}");
}
