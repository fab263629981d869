using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>deploy/kubernetes, as `kubectl apply -k` would take it.</summary>
public sealed class KubernetesTests
{
    private readonly JsonNode _deployment = DeployFiles.Yaml("kubernetes/deployment.yaml");
    private readonly JsonNode _service = DeployFiles.Yaml("kubernetes/service.yaml");
    private readonly JsonNode _budget = DeployFiles.Yaml("kubernetes/disruption-budget.yaml");
    private readonly JsonNode _kustomization = DeployFiles.Yaml("kubernetes/kustomization.yaml");

    [Fact]
    public void Every_manifest_is_a_resource_of_the_kustomization_and_says_what_it_is()
    {
        var resources = _kustomization["resources"]!.AsArray().Select(WorkloadFacts.Text).Order().ToArray();
        var manifests = Directory.GetFiles(DeployFiles.PathOf("kubernetes"), "*.yaml").Select(static f => Path.GetFileName(f)).Where(static f => f != "kustomization.yaml").Order().ToArray();

        Assert.Equal(manifests, resources);
        Assert.Equal(("apps/v1", "Deployment"), KindOf(_deployment));
        Assert.Equal(("v1", "Service"), KindOf(_service));
        Assert.Equal(("policy/v1", "PodDisruptionBudget"), KindOf(_budget));
        Assert.Equal(("kustomize.config.k8s.io/v1beta1", "Kustomization"), KindOf(_kustomization));
    }

    [Fact]
    public void The_selectors_choose_the_pods_and_the_service_leads_to_their_port() => WorkloadFacts.IsSelected(_deployment, _service, _budget);

    [Fact]
    public void The_probes_ask_the_health_endpoint_on_the_declared_port() => WorkloadFacts.IsProbed(_deployment, "/__health", 8080);

    [Fact, Spec("CFG-279")]
    public void The_pod_runs_as_user_1000_with_a_read_only_root_and_without_privileges() => WorkloadFacts.HasNoPrivileges(_deployment);

    [Fact]
    public void The_container_has_resources() => WorkloadFacts.HasResources(_deployment);

    [Fact]
    public void Pods_outlive_their_stop_and_the_requests_in_progress()
    {
        var pod = _deployment["spec"]!["template"]!["spec"]!;
        var sleep = WorkloadFacts.Number(WorkloadFacts.Container(_deployment)["lifecycle"]!["preStop"]!["sleep"]!["seconds"]);

        Assert.True(WorkloadFacts.Number(pod["terminationGracePeriodSeconds"]) > sleep + 30);
        Assert.Equal(0, WorkloadFacts.Number(_deployment["spec"]!["strategy"]!["rollingUpdate"]!["maxUnavailable"]));
        Assert.True(WorkloadFacts.Number(_deployment["spec"]!["replicas"]) > WorkloadFacts.Number(_budget["spec"]!["minAvailable"]));
    }

    [Fact]
    public async Task The_generated_ConfigMap_is_the_mounted_one_and_its_configuration_passes_check()
    {
        var generator = Assert.Single(_kustomization["configMapGenerator"]!.AsArray())!;
        var file = Assert.Single(generator["files"]!.AsArray().Select(WorkloadFacts.Text));

        var check = await Executable.RunAsync("check", "-n", "-c", DeployFiles.PathOf(Path.Combine("kubernetes", file)));

        Assert.Equal("krakend.json", file);
        Assert.Equal(WorkloadFacts.Text(generator["name"]), WorkloadFacts.ConfigurationMap(_deployment));
        Assert.True(check.Status == 0, check.Out + check.Error);
    }

    private static (string, string) KindOf(JsonNode manifest) => (WorkloadFacts.Text(manifest["apiVersion"]), WorkloadFacts.Text(manifest["kind"]));
}
