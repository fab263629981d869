using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>What the Helm chart renders to.</summary>
public sealed class HelmTests : IDisposable
{
    private const string Everything = """
        {"replicas": 5, "image": {"repository": "registry.example.com:5000/edge/gateway", "tag": "1.2.3-debug", "pullPolicy": "Always"},
         "imagePullSecrets": [{"name": "registry"}, {"name": "mirror"}],
         "configuration": {"version": 3, "port": 9090, "name": "quotes \" <&> back\\slash", "host": ["http://users:8000"],
           "endpoints": [{"endpoint": "/users/{id}", "backend": [{"url_pattern": "/{id}", "extra_config": {"modifier/martian": {"header.Modifier": {"scope": ["request"], "name": "X-A", "value": "{{b}}"}}}}]}],
           "extra_config": {"router": {"health_path": "/alive"}}},
         "extraArgs": ["-d", "--log-level=a: b"], "env": [{"name": "KRAKEND_NAME", "value": "yes"}, {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
         "service": {"type": "LoadBalancer", "port": 443, "targetPort": 9090}, "healthPath": "/alive",
         "resources": {"requests": {"cpu": "2", "memory": "256Mi"}, "limits": {"memory": "1024Mi"}},
         "terminationGracePeriodSeconds": 90, "minAvailable": 3,
         "volumes": [{"name": "plugins", "persistentVolumeClaim": {"claimName": "plugins"}}, {"name": "tls", "secret": {"secretName": "tls"}}],
         "volumeMounts": [{"name": "plugins", "mountPath": "/opt/gateway/plugins", "readOnly": true}, {"name": "tls", "mountPath": "/tls"}],
         "podAnnotations": {"example.com/scrape": "true", "example.com/port": "9091"}, "nodeSelector": {"kubernetes.io/arch": "arm64"},
         "tolerations": [{"key": "edge", "operator": "Exists"}],
         "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": {"topologyKey": "zone"}}]}}}
        """;

    private static readonly HelmChart s_chart = new();

    private readonly Folder _folder = new();

    public static TheoryData<string, string, int> Settings { get; } = new() { { "{}", "/__health", 8080 }, { Everything, "/alive", 9090 } };

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Settings)), Spec("CFG-279")]
    public void The_manifests_say_what_those_without_Helm_say(string values, string healthPath, int port)
    {
        var manifests = s_chart.Render(HelmChart.Values(values));
        var deployment = manifests["Deployment"];

        Assert.Equal(["ConfigMap", "Deployment", "PodDisruptionBudget", "Service"], manifests.Keys.Order());
        WorkloadFacts.HasNoPrivileges(deployment);
        WorkloadFacts.IsProbed(deployment, healthPath, port);
        WorkloadFacts.IsSelected(deployment, manifests["Service"], manifests["PodDisruptionBudget"]);
        WorkloadFacts.HasResources(deployment);
        Assert.Equal(WorkloadFacts.Text(manifests["ConfigMap"]["metadata"]!["name"]), WorkloadFacts.ConfigurationMap(deployment));
    }

    [Theory, MemberData(nameof(Settings))]
    public async Task The_configuration_arrives_in_the_ConfigMap_and_passes_check(string over, string _, int port)
    {
        var values = HelmChart.Values(over);
        var data = s_chart.Render(values)["ConfigMap"]["data"]!["krakend.json"]!.GetValue<string>();

        var check = await Executable.RunAsync("check", "-n", "-c", _folder.Write("krakend.json", data));

        Assert.True(JsonNode.DeepEquals(values["configuration"], JsonNode.Parse(data)), data);
        Assert.Equal(port, JsonNode.Parse(data)!["port"]?.GetValue<int>() ?? 8080);
        Assert.True(check.Status == 0, check.Out + check.Error);
    }

    [Fact]
    public void Every_value_arrives_where_it_belongs()
    {
        var values = HelmChart.Values(Everything);
        var manifests = s_chart.Render(values);
        var deployment = manifests["Deployment"]["spec"]!;
        var pod = deployment["template"]!["spec"]!;
        var container = WorkloadFacts.Container(manifests["Deployment"]);
        var annotations = deployment["template"]!["metadata"]!["annotations"]!;

        Assert.Equal(5, WorkloadFacts.Number(deployment["replicas"]));
        Assert.Equal("registry.example.com:5000/edge/gateway:1.2.3-debug", WorkloadFacts.Text(container["image"]));
        Assert.Equal("Always", WorkloadFacts.Text(container["imagePullPolicy"]));
        Assert.Equal(["-d", "--log-level=a: b"], container["args"]!.AsArray().Select(WorkloadFacts.Text).Skip(3));
        Assert.Equal(("LoadBalancer", 443), (WorkloadFacts.Text(manifests["Service"]["spec"]!["type"]), WorkloadFacts.Number(manifests["Service"]["spec"]!["ports"]![0]!["port"])));
        Assert.Equal(90, WorkloadFacts.Number(pod["terminationGracePeriodSeconds"]));
        Assert.Equal(3, WorkloadFacts.Number(manifests["PodDisruptionBudget"]["spec"]!["minAvailable"]));
        Assert.Equal("true", WorkloadFacts.Text(annotations["example.com/scrape"]));
        foreach (var name in (string[])["imagePullSecrets", "nodeSelector", "tolerations", "affinity"])
            Assert.True(JsonNode.DeepEquals(values[name], pod[name]), $"{name}: {pod[name]}");
        foreach (var name in (string[])["env", "resources"])
            Assert.True(JsonNode.DeepEquals(values[name], container[name]), $"{name}: {container[name]}");
        Assert.Equal(["configuration", "plugins", "tls"], pod["volumes"]!.AsArray().Select(static v => WorkloadFacts.Text(v!["name"])));
        Assert.Equal(["configuration", "plugins", "tls"], container["volumeMounts"]!.AsArray().Select(static v => WorkloadFacts.Text(v!["name"])));
    }

    [Fact]
    public void The_tag_of_the_image_is_the_appVersion_unless_given()
    {
        var container = WorkloadFacts.Container(s_chart.Render(HelmChart.Values())["Deployment"]);

        Assert.Equal($"gateway:{DeployFiles.Version}", WorkloadFacts.Text(container["image"]));
    }

    [Fact]
    public void A_ConfigMap_of_ones_own_takes_the_place_of_the_charts()
    {
        var manifests = s_chart.Render(HelmChart.Values("""{"existingConfigMap": "mine"}"""));

        Assert.False(manifests.ContainsKey("ConfigMap"));
        Assert.Equal("mine", WorkloadFacts.ConfigurationMap(manifests["Deployment"]));
    }

    [Fact]
    public void A_changed_configuration_rolls_the_deployment()
    {
        var before = Checksum("{}");
        var after = Checksum("""{"configuration": {"name": "other"}}""");

        Assert.Equal(64, before.Length);
        Assert.NotEqual(before, after);

        static string Checksum(string values) =>
            WorkloadFacts.Text(s_chart.Render(HelmChart.Values(values))["Deployment"]["spec"]!["template"]!["metadata"]!["annotations"]!["checksum/configuration"]);
    }

    [Fact]
    public void Without_a_minimum_there_is_no_budget() =>
        Assert.False(s_chart.Render(HelmChart.Values("""{"minAvailable": 0}""")).ContainsKey("PodDisruptionBudget"));

    [Theory]
    [InlineData("edge", "edge-gateway")]
    [InlineData("my-gateway", "my-gateway")]
    [InlineData("a-release-with-a-name-of-fifty-three-characters-xxxxxx", "a-release-with-a-name-of-fifty-three-characters-xxxxxx-gateway")]
    public void Names_come_of_the_release_and_fit_a_label(string release, string expected)
    {
        var manifests = s_chart.Render(HelmChart.Values(), release);

        Assert.All(manifests.Values, m => Assert.Equal(expected, WorkloadFacts.Text(m["metadata"]!["name"])));
        Assert.InRange(expected.Length, 1, 63);
    }
}
