using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Cors;

/// <summary><c>security/cors</c>, of the service or of an endpoint.</summary>
internal sealed class CorsSettings
{
    private static readonly (string Name, ConfigKind Kind, string Expected)[] s_kinds =
    [
        ("allow_origins", ConfigKind.Array, "a list"),
        ("allow_methods", ConfigKind.Array, "a list"),
        ("allow_headers", ConfigKind.Array, "a list"),
        ("expose_headers", ConfigKind.Array, "a list"),
        ("max_age", ConfigKind.String, "a duration such as \"12h\""),
        ("allow_credentials", ConfigKind.Boolean, "true or false"),
        ("allow_private_network", ConfigKind.Boolean, "true or false"),
        ("options_passthrough", ConfigKind.Boolean, "true or false"),
        ("options_success_status", ConfigKind.Number, "a number"),
        ("debug", ConfigKind.Boolean, "true or false"),
    ];

    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Origins that may call; empty means all.</summary>
    public IReadOnlyList<string> AllowOrigins { get; init; } = [];

    /// <summary>Methods that other sites may use; empty means GET, HEAD and POST.</summary>
    public IReadOnlyList<string> AllowMethods { get; init; } = [];

    /// <summary>Request headers that other sites may send; empty means any.</summary>
    public IReadOnlyList<string> AllowHeaders { get; init; } = [];

    /// <summary>Response headers that scripts may read; <see langword="null"/> means Content-Length and Content-Type.</summary>
    public IReadOnlyList<string>? ExposeHeaders { get; init; }

    /// <summary>How long browsers may keep the answer to a preflight.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>Whether browsers may send credentials.</summary>
    public bool AllowCredentials { get; init; }

    /// <summary>Whether public sites may call into a private network.</summary>
    public bool AllowPrivateNetwork { get; init; }

    /// <summary>Whether a preflight goes on to the router.</summary>
    public bool OptionsPassthrough { get; init; }

    /// <summary>Status of an answered preflight.</summary>
    public int OptionsSuccessStatus { get; init; } = 204;

    /// <summary>Whether decisions are logged.</summary>
    public bool Debug { get; init; }

    /// <summary>Reads the object; <see langword="null"/> after errors were reported.</summary>
    public static CorsSettings? Read(ConfigNode config, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member(CorsPlugin.Namespace);
        if (!HasRightKinds(config, path, diagnostics) || !new ConfigBinder(diagnostics).TryBind<CorsSettings>(config, path, out var settings))
            return null;
        return settings.IsUsable(diagnostics) ? settings : null;
    }

    // What decides who may act for a user is not guessed out of a value of another type (SEC-021).
    private static bool HasRightKinds(ConfigNode config, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        var good = true;
        foreach (var (name, kind, expected) in s_kinds)
        {
            if (config[name] is not { Kind: not ConfigKind.Null } value || value.Kind == kind)
                continue;
            diagnostics.Error(value.Position, path.Member(name).ToString(), $"expected {expected}, not {ConfigText.Describe(name, value)}");
            good = false;
        }
        return good;
    }

    private bool IsUsable(ConfigDiagnostics diagnostics)
    {
        var good = true;
        if (OptionsSuccessStatus is < 200 or > 599)
            good = Fail("options_success_status", "expected a status from 200 to 599");
        if (MaxAge < TimeSpan.Zero)
            good = Fail("max_age", "expected a duration of zero or more");
        good &= AreTokens("allow_methods", AllowMethods, diagnostics);
        good &= AreTokens("allow_headers", AllowHeaders, diagnostics);
        return good & AreTokens("expose_headers", ExposeHeaders ?? [], diagnostics);

        bool Fail(string attribute, string message)
        {
            Source!.Error(diagnostics, attribute, message);
            return false;
        }
    }

    private bool AreTokens(string attribute, IReadOnlyList<string> names, ConfigDiagnostics diagnostics)
    {
        var good = true;
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Length > 0 && names[i].All(Sdk.Proxy.HeaderName.IsTokenChar))
                continue;
            Source!.Error(diagnostics, attribute, i, $"{ConfigText.Quote(names[i])} is no name of a {(attribute == "allow_methods" ? "method" : "header")}");
            good = false;
        }
        return good;
    }
}
