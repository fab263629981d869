using System.Globalization;
using System.Text;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary>
/// What <c>check -d</c>, <c>-dd</c> and <c>-ddd</c> print (CFG-229 to 233): the configuration with its effective values.
/// Source: reference page "check".
/// </summary>
/// <param name="level">Amount, 1 to 3.</param>
/// <param name="indent">One level of nesting.</param>
internal sealed class ConfigDump(int level, string indent)
{
    private readonly StringBuilder _text = new();

    /// <summary>The dump, each line with its line break.</summary>
    public string Of(ServiceConfig config)
    {
        AddGlobal(config);
        AddComponents(0, "global component", config.ExtraConfig);
        Add(0, $"{config.Endpoints.Count} API endpoints:");
        foreach (var endpoint in config.Endpoints)
            AddEndpoint(endpoint, config.DisableRest);
        Add(0, $"{config.Agents.Count} async agent(s):");
        foreach (var agent in config.Agents)
            AddAgent(agent);
        return _text.ToString();
    }

    private void AddGlobal(ServiceConfig config)
    {
        Add(0, "Global settings");
        Add(1, $"Name: {config.Name}");
        Add(1, $"Version: {VersionOf(config)}");
        Add(1, $"Address: {config.ListenIp?.ToString() ?? "all"}");
        Add(1, $"Port: {config.Port}");
        if (level >= 2)
        {
            Add(1, $"Default cache TTL: {GoFormat.Duration(config.CacheTtl)}");
            Add(1, $"Default timeout: {GoFormat.Duration(config.Timeout)}");
        }
        if (level >= 2 || config.Host.Count > 0)
            Add(1, $"Default backend hosts: {GoFormat.List(config.Host.Select(ConfigText.WithoutCredentials))}");
        if (level >= 3)
            AddTimers(config);
        foreach (var (depth, line) in new TlsDump(level).Of(config))
            Add(depth, line);
        if (config.Plugin is { } plugin)
            Add(1, $"Plugins: folder {plugin.Folder}, pattern {plugin.Pattern}");
        else if (level >= 2)
            Add(1, "No Plugin section defined");
    }

    private void AddTimers(ServiceConfig config)
    {
        var server = config.Server;
        var client = config.Transport;
        Add(1, $"Read timeout: {GoFormat.Duration(server.ReadTimeout)}");
        Add(1, $"Write timeout: {GoFormat.Duration(server.WriteTimeout)}");
        Add(1, $"Idle timeout: {GoFormat.Duration(server.IdleTimeout)}");
        Add(1, $"Read header timeout: {GoFormat.Duration(server.ReadHeaderTimeout)}");
        Add(1, $"Max shutdown wait time: {GoFormat.Duration(server.MaxShutdownWaitTime)}");
        Add(1, $"Max header bytes: {server.MaxHeaderBytes}");
        Add(1, $"Idle connection timeout: {GoFormat.Duration(client.IdleConnectionTimeout)}");
        Add(1, $"Response header timeout: {GoFormat.Duration(client.ResponseHeaderTimeout)}");
        Add(1, $"Expect continue timeout: {GoFormat.Duration(client.ExpectContinueTimeout)}");
        Add(1, $"Dialer timeout: {GoFormat.Duration(client.DialerTimeout)}");
        Add(1, $"Dialer fallback delay: {GoFormat.Duration(client.DialerFallbackDelay)}");
        Add(1, $"Dialer keep alive: {GoFormat.Duration(client.DialerKeepAlive)}");
        Add(1, $"DNS cache TTL: {GoFormat.Duration(config.DnsCacheTtl)}");
        Add(1, $"Disable keep alives: {Bool(client.DisableKeepAlives)}");
        Add(1, $"Disable compression: {Bool(client.DisableCompression)}");
        Add(1, $"Max idle connections: {client.MaxIdleConnections}");
        Add(1, $"Max idle connections per host: {client.MaxIdleConnectionsPerHost}");
        Add(1, $"Allow insecure connections: {Bool(client.Tls.AllowInsecureConnections)}");
        Add(1, $"Default output encoding: {config.OutputEncoding}");
        Add(1, $"Sequential start: {Bool(config.SequentialStart)}");
        Add(1, $"Disable REST: {Bool(config.DisableRest)}");
        Add(1, $"Debug endpoint: {Bool(config.DebugEndpoint)}");
        Add(1, $"Echo endpoint: {Bool(config.EchoEndpoint)}");
        Add(1, $"Use h2c: {Bool(server.UseH2c)}");
    }

    private void AddEndpoint(EndpointConfig endpoint, bool disableRest)
    {
        Add(1, $"- {endpoint.Method} {CompiledPath(endpoint, disableRest)}");
        Add(1, $"Timeout: {GoFormat.Duration(endpoint.Timeout)}");
        if (level >= 2 || endpoint.InputQueryStrings.Count > 0)
            Add(1, $"QueryString: {GoFormat.List(endpoint.InputQueryStrings)}");
        if (level >= 2)
        {
            Add(1, $"CacheTTL: {GoFormat.Duration(endpoint.CacheTtl)}");
            Add(1, $"Headers to pass: {GoFormat.List(endpoint.InputHeaders)}");
            Add(1, $"OutputEncoding: {endpoint.OutputEncoding}");
            Add(1, $"Concurrent calls: {endpoint.ConcurrentCalls}");
        }
        AddComponents(1, "endpoint component", endpoint.ExtraConfig);
        AddBackends(endpoint);
    }

    private void AddAgent(AgentConfig agent)
    {
        Add(1, $"- {agent.Name}");
        Add(1, $"Consumer timeout: {GoFormat.Duration(agent.Pipeline.Timeout)}");
        if (level >= 2)
        {
            Add(1, $"Consumer topic: {agent.Topic}");
            Add(1, $"Consumer workers: {agent.Workers}");
            Add(1, string.Create(CultureInfo.InvariantCulture, $"Consumer max rate: {agent.MaxRate}"));
            Add(1, $"Connection max retries: {agent.MaxRetries}");
            Add(1, $"Connection backoff strategy: {agent.BackoffStrategy}");
            Add(1, $"Connection health interval: {GoFormat.Duration(agent.HealthInterval)}");
        }
        AddComponents(1, "agent component", agent.Pipeline.ExtraConfig);
        AddBackends(agent.Pipeline);
    }

    private void AddBackends(EndpointConfig endpoint)
    {
        Add(1, $"Connecting to {endpoint.Backends.Count} backend(s):");
        for (var i = 0; i < endpoint.Backends.Count; i++)
        {
            if (i > 0)
                _text.Append('\n');
            AddBackend(endpoint, endpoint.Backends[i]);
        }
    }

    private void AddBackend(EndpointConfig endpoint, BackendConfig backend)
    {
        Add(2, $"[+] {backend.Method} {CompiledPattern(backend.UrlPattern)}");
        Add(2, $"Timeout: {GoFormat.Duration(endpoint.Timeout)}");
        Add(2, $"Hosts: {GoFormat.List(backend.Hosts.Select(ConfigText.WithoutCredentials))}");
        if (level >= 2)
        {
            Add(2, $"Concurrent calls: {endpoint.ConcurrentCalls}");
            Add(2, $"Host sanitization disabled: {Bool(backend.DisableHostSanitize)}");
            Add(2, $"Target: {backend.Target}");
            Add(2, $"Deny: {GoFormat.List(backend.Deny)}, Allow: {GoFormat.List(backend.Allow)}");
            Add(2, $"Mapping: {GoFormat.Map(backend.Mapping)}");
            Add(2, $"Group: {backend.Group}");
            Add(2, $"Encoding: {backend.Encoding}");
            Add(2, $"Is collection: {Bool(backend.IsCollection)}");
            Add(2, $"SD: {backend.Sd}");
            Add(2, $"SD scheme: {backend.SdScheme}");
            Add(2, $"Headers to pass: {Filter(backend.InputHeaders)}");
            Add(2, $"QueryString: {Filter(backend.InputQueryStrings)}");
        }
        if (level >= 2 || backend.ExtraConfig.Members.Count > 0)
            AddComponents(2, "backend component", backend.ExtraConfig);
    }

    private void AddComponents(int depth, string what, ExtraConfig components)
    {
        Add(depth, $"{components.Members.Count} {what} configuration(s):");
        foreach (var component in components.Members.OrderBy(static m => m.Name, StringComparer.Ordinal))
        {
            Add(depth, $"- {component.Name}");
            if (level < 2)
                continue;
            if (component.Value.Kind != ConfigKind.Object)
            {
                Add(depth + 1, GoFormat.Value(component.Name, component.Value));
                continue;
            }
            foreach (var member in GoFormat.Members(component.Value))
                Add(depth + 1, $"{member.Name}: {GoFormat.Value(member.Name, member.Value)}");
        }
    }

    private void Add(int depth, string line)
    {
        for (var i = 0; i < depth; i++)
            _text.Append(indent);
        _text.Append(line.TrimEnd()).Append('\n');
    }

    private static string VersionOf(ServiceConfig config) => new ConfigSource(config.Source, ConfigPath.Root).Find("version") is { } version ? version.Text : "3";

    private static string CompiledPath(EndpointConfig endpoint, bool disableRest)
    {
        var path = endpoint.Path;
        if (disableRest)
            return path;
        foreach (var name in endpoint.ParameterNames)
            path = path.Replace($"{{{name}}}", $":{name}", StringComparison.Ordinal);
        return path;
    }

    private static string CompiledPattern(UrlPattern pattern)
    {
        var text = new StringBuilder();
        foreach (var part in pattern.Parts)
        {
            if (part.Kind == UrlPartKind.Literal)
                text.Append(part.Text);
            else
                text.Append("{{.").Append(char.ToUpperInvariant(part.Text[0])).Append(part.Text.AsSpan(1)).Append("}}");
        }
        return WithoutSecrets(text.ToString());
    }

    // Keys of services stand in query strings too (CFG-232).
    private static string WithoutSecrets(string pattern)
    {
        var query = pattern.IndexOf('?', StringComparison.Ordinal) + 1;
        if (query == 0)
            return pattern;
        var pairs = pattern[query..].Split('&').Select(static pair =>
            pair.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && ConfigText.IsSecret(pair[..equals]) && pair[^1] != '}' ? pair[..(equals + 1)] + "***" : pair);
        return pattern[..query] + string.Join('&', pairs);
    }

    // In a backend an empty list lets everything of the endpoint through.
    private static string Filter(IReadOnlyList<string> names) => names.Count == 0 ? "as the endpoint" : GoFormat.List(names);

    private static string Bool(bool value) => value ? "true" : "false";
}
