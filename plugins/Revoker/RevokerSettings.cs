using System.Net;
using System.Net.Sockets;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Revoker;

/// <summary><c>auth/revoker</c> of the service (AUT-067 to 091, 250 to 262).</summary>
[ConfigHint("n", "the attribute is \"N\"")]
[ConfigHint("p", "the attribute is \"P\"")]
[ConfigHint("ttl", "the attribute is \"TTL\"")]
internal sealed class RevokerSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>Elements to hold.</summary>
    [ConfigName("N"), ConfigRequired]
    public long Count { get; init; }

    /// <summary>Probability of a false positive at that number.</summary>
    [ConfigName("P"), ConfigRequired]
    public double Probability { get; init; }

    /// <summary>Hash family.</summary>
    [ConfigRequired, ConfigValues("optimal", "default")]
    public string HashName { get; init; } = "optimal";

    /// <summary>Life of tokens in seconds: the rotation period.</summary>
    [ConfigName("TTL"), ConfigRequired]
    public long Ttl { get; init; }

    /// <summary>TCP port on which revocations are pushed.</summary>
    [ConfigRequired]
    public int Port { get; init; }

    /// <summary>Address of that port; the service's <c>listen_ip</c> when empty.</summary>
    public string ListenIp { get; init; } = "";

    /// <summary>Claims to look at.</summary>
    [ConfigRequired]
    public IReadOnlyList<string> TokenKeys { get; init; } = [];

    /// <summary>The revoke server's <c>/instances</c> address; empty without one.</summary>
    public string RevokeServerPingUrl { get; init; } = "";

    /// <summary>Time between two pings, in both directions.</summary>
    public TimeSpan RevokeServerPingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Shared key of the revoke server's API.</summary>
    public string RevokeServerApiKey { get; init; } = "";

    /// <summary>Pushes at a time.</summary>
    public int RevokeServerMaxWorkers { get; init; } = 5;

    /// <summary>Further attempts after a failed connection.</summary>
    public int RevokeServerMaxRetries { get; init; }

    /// <summary>Whether who speaks to the port must prove to have <c>revoke_server_api_key</c>.</summary>
    public bool RequirePortKey { get; init; }

    /// <summary>Port of the gateway's own revocation API; 0 for none.</summary>
    public int ApiPort { get; init; }

    /// <summary>Address of that API.</summary>
    public string ApiListenIp { get; init; } = "127.0.0.1";

    /// <summary>Key of that API.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>File that keeps revocations over a restart; empty for none.</summary>
    public string SnapshotPath { get; init; } = "";

    /// <summary>Time between two writes of it.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What makes filters the same.</summary>
    [ConfigIgnore]
    public FilterSettings Filter => new(Count, Probability, Ttl, FilterSettings.ParseHash(HashName) ?? Filters.HashName.Optimal);

    /// <summary>Where the gateway registers; <see langword="null"/> when <see cref="RevokeServerPingUrl"/> is no such address.</summary>
    [ConfigIgnore]
    public OutgoingAddress? PingAddress => OutgoingAddress.TryParse(RevokeServerPingUrl, out var address) ? address : null;

    /// <summary>Reads and judges the namespace; <see langword="null"/> with the errors reported when it cannot be used.</summary>
    /// <param name="config">The namespace's value.</param>
    /// <param name="document">The whole document.</param>
    /// <param name="diagnostics">Receives the findings.</param>
    /// <param name="isServer">Whether it configures the revoke server.</param>
    public static RevokerSettings? Read(ConfigNode config, ConfigNode document, ConfigDiagnostics diagnostics, bool isServer)
    {
        var found = new ConfigDiagnostics();
        var settings = new ConfigBinder(found).Bind<RevokerSettings>(config, ConfigPath.Root.Member("extra_config").Member(RevokerPlugin.Namespace));
        if (!found.HasErrors)
            settings.Judge(document, found, isServer);
        foreach (var finding in found.All)
            diagnostics.Add(finding);
        return found.HasErrors ? null : settings;
    }

    /// <summary>The address of the port: that of the namespace, of the service, or every one.</summary>
    public IPAddress PortAddress(ConfigNode document) => AddressOf(ListenIp) ?? AddressOf(ListenIpOf(document)) ?? IPAddress.IPv6Any;

    /// <summary>The address of the API.</summary>
    public IPAddress ApiAddress => AddressOf(ApiListenIp)!;

    private void Judge(ConfigNode document, ConfigDiagnostics found, bool isServer)
    {
        if (FilterSettings.Fault(Count, Probability, Ttl) is { } fault)
            Source.Error(found, fault.Attribute, fault.Message);
        JudgePort(found, "port", Port, 1);
        if (TokenKeys.Any(static k => k.Length == 0))
            Source.Error(found, "token_keys", "a claim has a name: remove the empty text");
        if (RevokeServerPingInterval < TimeSpan.FromSeconds(1) || RevokeServerPingInterval > TimeSpan.FromDays(1))
            Source.Error(found, "revoke_server_ping_interval", "the time between two pings must lie between 1s and 24h");
        if (RevokeServerMaxWorkers is < 1 or > 1024)
            Source.Error(found, "revoke_server_max_workers", "the number of pushes at a time must lie between 1 and 1024");
        if (RevokeServerMaxRetries > 100)
            Source.Error(found, "revoke_server_max_retries", "100 further attempts are the limit");
        if (RequirePortKey && RevokeServerApiKey.Length == 0)
            Source.Error(found, "require_port_key", "there is no \"revoke_server_api_key\" that could be asked for");
        if (SnapshotPath.Length > 0 && (SnapshotInterval < TimeSpan.FromSeconds(1) || SnapshotInterval > TimeSpan.FromDays(1)))
            Source.Error(found, "snapshot_interval", "the time between two writes must lie between 1s and 24h");
        if (isServer)
        {
            if (RevokeServerApiKey.Length == 0)
                Source.Error(found, "revoke_server_api_key", "the revoke server needs the key that its callers have to show");
            return;
        }
        JudgeGateway(document, found);
    }

    private void JudgeGateway(ConfigNode document, ConfigDiagnostics found)
    {
        if (TokenKeys.Count == 0)
            Source.Error(found, "token_keys", "no claim is looked at, so no token could be revoked; name claims such as \"jti\"");
        if (ListenIp.Length > 0 && AddressOf(ListenIp) is null)
            Source.Error(found, "listen_ip", $"{ConfigText.Quote(ListenIp)} is no IP address");
        else if (PortAddress(document) is { } address && (address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Any)) && !RequirePortKey)
            Source.Warning(found, "port", "the port takes revocations from everybody who reaches it, on every address of the machine; set \"listen_ip\" to an inner one, or \"require_port_key\"");
        if (RevokeServerPingUrl.Length > 0)
        {
            if (PingAddress is not { Host.Authorization: null })
                Source.Error(found, "revoke_server_ping_url", "it is no address such as \"https://revoker.example.com:8081/instances\"");
            if (RevokeServerApiKey.Length == 0)
                Source.Error(found, "revoke_server_api_key", "the revoke server asks for a key, and there is none");
        }
        if (ApiPort == 0)
            return;
        JudgePort(found, "api_port", ApiPort, 1);
        if (ApiPort == Port)
            Source.Error(found, "api_port", "it is the \"port\" already; the API has one of its own");
        if (AddressOf(ApiListenIp) is null)
            Source.Error(found, "api_listen_ip", $"{ConfigText.Quote(ApiListenIp)} is no IP address");
        if (ApiKey.Length == 0)
            Source.Error(found, "api_key", "the revocation API needs the key that its callers have to show");
    }

    private void JudgePort(ConfigDiagnostics found, string attribute, int port, int least)
    {
        if (port < least || port > IPEndPoint.MaxPort)
            Source.Error(found, attribute, $"a port lies between {least} and {IPEndPoint.MaxPort}");
    }

    private static string ListenIpOf(ConfigNode document) =>
        new ConfigSource(document, ConfigPath.Root).Find("listen_ip") is { } node && WeakTyping.TryString(node, out var text) ? text : "";

    private static IPAddress? AddressOf(string text) =>
        text.Length > 0 && IPAddress.TryParse(text, out var address) && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 ? address : null;
}
