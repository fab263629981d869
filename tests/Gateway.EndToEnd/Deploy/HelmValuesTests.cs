using System.Text.Json;
using System.Text.Json.Nodes;
using KrakenPlugins.JsonSchema;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>values.schema.json, against which Helm holds the values.</summary>
public sealed class HelmValuesTests
{
    private readonly JsonSchema _schema;

    public HelmValuesTests()
    {
        using var document = JsonDocument.Parse(DeployFiles.Text("helm/gateway/values.schema.json"));
        _schema = JsonSchema.Compile(document.RootElement);
    }

    [Fact]
    public void The_values_of_the_chart_fit()
    {
        using var values = JsonDocument.Parse(HelmChart.Values().ToJsonString());

        Assert.Empty(_schema.Validate(values.RootElement));
    }

    [Fact]
    public void Every_value_of_the_chart_is_described_and_none_besides()
    {
        var described = JsonNode.Parse(DeployFiles.Text("helm/gateway/values.schema.json"))!["properties"]!.AsObject().Select(static p => p.Key);

        // Helm itself adds "global" when the chart is a dependency.
        Assert.Equal(HelmChart.Values().Select(static v => v.Key).Append("global").Order(), described.Order());
    }

    [Theory]
    [InlineData("""{"replica": 3}""", "replica")]
    [InlineData("""{"image": {"tags": "1"}}""", "tags")]
    [InlineData("""{"service": {"targetport": 9000}}""", "targetport")]
    [InlineData("""{"replicas": "3"}""", "replicas")]
    [InlineData("""{"service": {"port": 0}}""", "port")]
    [InlineData("""{"image": {"pullPolicy": "always"}}""", "pullPolicy")]
    [InlineData("""{"configuration": {"version": 2}}""", "version")]
    [InlineData("""{"healthPath": "__health"}""", "healthPath")]
    [InlineData("""{"volumeMounts": [{"name": "plugins"}]}""", "mountPath")]
    public void A_misspelt_or_wrong_value_is_refused_by_name(string over, string name)
    {
        using var values = JsonDocument.Parse(HelmChart.Values(over).ToJsonString());

        var errors = _schema.Validate(values.RootElement);

        Assert.Contains(errors, e => e.ToString().Contains(name, StringComparison.Ordinal));
    }
}
