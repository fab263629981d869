using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Tests.Audit;

/// <summary>The smallest configuration that no rule objects to, and what edits make of it.</summary>
internal static class AuditSubject
{
    public const string Good = """
        {
          "version": 3,
          "name": "shop",
          "tls": { "keys": [{ "public_key": "cert.pem", "private_key": "key.pem" }] },
          "extra_config": {
            "router": { "hide_version_header": true },
            "security/http": {},
            "security/cors": { "allow_origins": ["https://shop.example.com"] },
            "security/bot-detector": {},
            "qos/ratelimit/service": { "max_rate": 100 },
            "telemetry/logging": { "level": "INFO" },
            "telemetry/opentelemetry": { "exporters": { "otlp": [{ "name": "collector", "host": "otel" }] } }
          },
          "endpoints": [
            {
              "endpoint": "/orders",
              "extra_config": {
                "auth/validator": { "alg": "RS256", "jwk_url": "https://idp.example.com/keys", "issuer": "https://idp.example.com", "audience": ["shop"] }
              },
              "backend": [
                { "host": ["https://orders.example.com"], "url_pattern": "/orders", "extra_config": { "qos/circuit-breaker": {} } },
                { "host": ["http://stock:8080"], "url_pattern": "/stock" }
              ]
            }
          ]
        }
        """;

    /// <summary>Applies edits to the good configuration and loads it.</summary>
    /// <param name="edits"><c>path = JSON</c> sets, <c>- path</c> removes, <c>path += JSON</c> appends to a list; steps of a path are separated by dots.</param>
    public static ServiceConfig With(params IEnumerable<string> edits)
    {
        var root = JsonNode.Parse(Good)!;
        foreach (var edit in edits)
            Apply(root, edit);
        return Load(root.ToJsonString());
    }

    public static ServiceConfig Load(string json)
    {
        var diagnostics = new ConfigDiagnostics();
        var root = JsonConfigReader.Read("krakend.json", Encoding.UTF8.GetBytes(json), diagnostics);
        var options = new LoadOptions
        {
            IsAvailable = NamespaceRegistry.IsDefined,
            IsKindAvailable = static (_, _) => true,
            IsEncodingAvailable = static (_, _) => true,
            IsDiscoveryAvailable = static _ => true,
        };
        // The rules look at a configuration whether or not this version can serve it.
        var config = new ServiceLoader(new LoadContext(options, diagnostics)).Load(root!);
        Assert.All(diagnostics.All.Where(static d => d.Severity == ConfigSeverity.Error), static d => Assert.Contains("not supported yet", d.Message, StringComparison.Ordinal));
        return config;
    }

    private static void Apply(JsonNode root, string edit)
    {
        if (edit.StartsWith("- ", StringComparison.Ordinal))
        {
            var (owner, last) = Find(root, edit[2..]);
            if (owner is JsonArray list)
                list.RemoveAt(int.Parse(last, CultureInfo.InvariantCulture));
            else
                Assert.True(owner.AsObject().Remove(last), edit);
            return;
        }
        var appends = edit.Contains(" += ", StringComparison.Ordinal);
        var parts = edit.Split(appends ? " += " : " = ", 2);
        var (parent, name) = Find(root, parts[0]);
        var value = JsonNode.Parse(parts[1]);
        if (appends)
            parent[name]!.AsArray().Add(value);
        else if (parent is JsonArray items)
            items[int.Parse(name, CultureInfo.InvariantCulture)] = value;
        else
            parent[name] = value;
    }

    private static (JsonNode Owner, string Last) Find(JsonNode node, string path)
    {
        var steps = path.Split('.');
        foreach (var step in steps[..^1])
        {
            var next = node is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)] : node[step];
            node = next ?? (node[step] = new JsonObject());
        }
        return (node, steps[^1]);
    }
}
