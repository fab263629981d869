using System.Text.Json.Nodes;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>What a Deployment and what goes with it must say, however it was written.</summary>
internal static class WorkloadFacts
{
    private static readonly string[] s_probes = ["startupProbe", "readinessProbe", "livenessProbe"];

    /// <summary>The only container of a Deployment.</summary>
    public static JsonNode Container(JsonNode deployment) => Assert.Single(deployment["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!;

    /// <summary>Nothing that the gateway does not need.</summary>
    public static void HasNoPrivileges(JsonNode deployment)
    {
        var pod = deployment["spec"]!["template"]!["spec"]!;
        var identity = pod["securityContext"]!;
        Assert.True(identity["runAsNonRoot"]!.GetValue<bool>());
        Assert.Equal((1000, 1000), (Number(identity["runAsUser"]), Number(identity["runAsGroup"])));
        Assert.Equal("RuntimeDefault", Text(identity["seccompProfile"]!["type"]));
        Assert.False(pod["automountServiceAccountToken"]!.GetValue<bool>());

        var container = Container(deployment)["securityContext"]!;
        Assert.False(container["allowPrivilegeEscalation"]!.GetValue<bool>());
        Assert.True(container["readOnlyRootFilesystem"]!.GetValue<bool>());
        Assert.Equal("""["ALL"]""", container["capabilities"]!["drop"]!.ToJsonString());
        Assert.Null(container["capabilities"]!["add"]);
        Assert.Null(container["privileged"]);
    }

    /// <summary>All three probes ask the health endpoint, by the name of a port that the container declares.</summary>
    public static void IsProbed(JsonNode deployment, string path, int port)
    {
        var container = Container(deployment);
        var declared = Assert.Single(container["ports"]!.AsArray())!;
        Assert.Equal(port, Number(declared["containerPort"]));
        foreach (var probe in s_probes)
        {
            var request = container[probe]!["httpGet"]!;
            Assert.Equal((path, Text(declared["name"])), (Text(request["path"]), Text(request["port"])));
        }
    }

    /// <summary>The selectors of the Deployment, the Service and the budget choose its pods, and the Service leads to a declared port.</summary>
    public static void IsSelected(JsonNode deployment, JsonNode service, JsonNode budget)
    {
        var labels = deployment["spec"]!["template"]!["metadata"]!["labels"]!.AsObject();
        foreach (var selector in new[] { deployment["spec"]!["selector"]!["matchLabels"]!, service["spec"]!["selector"]!, budget["spec"]!["selector"]!["matchLabels"]! })
        {
            Assert.NotEmpty(selector.AsObject());
            foreach (var (name, value) in selector.AsObject())
                Assert.Equal(Text(value), Text(labels[name]));
        }
        var port = Assert.Single(service["spec"]!["ports"]!.AsArray())!;
        Assert.Contains(Text(port["targetPort"]), Container(deployment)["ports"]!.AsArray().Select(static p => Text(p!["name"])));
    }

    /// <summary>Memory is bounded, and what is asked for is not more than that.</summary>
    public static void HasResources(JsonNode deployment)
    {
        var resources = Container(deployment)["resources"]!;
        Assert.NotEmpty(Text(resources["requests"]!["cpu"]));
        Assert.InRange(Mebibytes(resources["requests"]!["memory"]), 1, Mebibytes(resources["limits"]!["memory"]));
    }

    /// <summary>The container's arguments name a file that its ConfigMap brings, mounted read-only; gives that ConfigMap's name.</summary>
    public static string ConfigurationMap(JsonNode deployment)
    {
        var container = Container(deployment);
        var args = container["args"]!.AsArray().Select(Text).ToArray();
        Assert.Equal(["run", "-c", "/etc/krakend/krakend.json"], args[..3]);
        var mount = Assert.Single(container["volumeMounts"]!.AsArray(), static m => Text(m!["mountPath"]) == "/etc/krakend")!;
        Assert.True(mount["readOnly"]!.GetValue<bool>());
        var volume = Assert.Single(deployment["spec"]!["template"]!["spec"]!["volumes"]!.AsArray(), v => Text(v!["name"]) == Text(mount["name"]))!;
        return Text(volume["configMap"]!["name"]);
    }

    /// <summary>A text; anything else fails.</summary>
    public static string Text(JsonNode? node) => node!.GetValue<string>();

    /// <summary>A whole number; anything else fails.</summary>
    public static int Number(JsonNode? node) => node!.GetValue<int>();

    private static int Mebibytes(JsonNode? node)
    {
        var text = Text(node);
        Assert.EndsWith("Mi", text, StringComparison.Ordinal);
        return int.Parse(text.AsSpan(0, text.Length - 2), System.Globalization.CultureInfo.InvariantCulture);
    }
}
