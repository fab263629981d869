using System.Text;
using System.Text.Json.Nodes;
using KrakenPlugins.Templates;
using static KrakenPlugins.Templates.TemplateParameter;

namespace Gateway.EndToEnd.Deploy;

/// <summary>
/// deploy/helm/gateway as Helm would render it, with the gateway's own template engine and the functions that Helm adds to Sprig's.
/// Source: https://helm.sh/docs/chart_template_guide/.
/// </summary>
internal sealed class HelmChart
{
    private readonly FunctionTable _functions = new();
    private readonly TemplateSet _templates;
    private readonly string[] _manifests;

    public HelmChart()
    {
        SprigFunctions.AddTo(_functions, new SprigEnvironment());
        _functions.Add(new("include", [TemplateParameter.String, Any], false, Include));
        _functions.Add(new("toYaml", [Any], false, a => TemplateValue.From(Yaml(ToJson(a[0])))));
        _functions.Add(new("required", [TemplateParameter.String, Any], false, Required));
        _templates = new(new() { Functions = _functions });
        var files = Directory.GetFiles(DeployFiles.PathOf("helm/gateway/templates"));
        foreach (var file in files)
            _templates.Add(Path.GetFileName(file), File.ReadAllText(file));
        _manifests = [.. files.Select(static f => Path.GetFileName(f)).Where(static f => !f.StartsWith('_')).Order()];
    }

    /// <summary>The values of the chart with others laid over them.</summary>
    public static JsonObject Values(string over = "{}")
    {
        var values = DeployFiles.Yaml("helm/gateway/values.yaml").AsObject();
        LayOver(values, JsonNode.Parse(over)!.AsObject());
        return values;
    }

    /// <summary>The manifests by their kind; one that renders to nothing is left out.</summary>
    public Dictionary<string, JsonNode> Render(JsonObject values, string release = "edge")
    {
        var chart = DeployFiles.Yaml("helm/gateway/Chart.yaml");
        var dot = new JsonObject
        {
            ["Values"] = values.DeepClone(),
            ["Chart"] = new JsonObject { ["Name"] = chart["name"]!.DeepClone(), ["Version"] = chart["version"]!.DeepClone(), ["AppVersion"] = chart["appVersion"]!.DeepClone() },
            ["Release"] = new JsonObject { ["Name"] = release, ["Namespace"] = "default", ["Service"] = "Helm" },
        };
        var rendered = new Dictionary<string, JsonNode>();
        foreach (var manifest in _manifests)
        {
            if (DeployFiles.ParseYaml(manifest, Render(manifest, FromJson(dot))) is { } tree)
                rendered.Add(tree["kind"]!.GetValue<string>(), tree);
        }
        return rendered;
    }

    private string Render(string template, TemplateValue dot)
    {
        var output = new TemplateOutput();
        _templates.Render(template, dot, output);
        return output.ToString();
    }

    private TemplateValue Include(ReadOnlySpan<TemplateValue> arguments) => TemplateValue.From(Render(arguments[0].AsString, arguments[1]));

    private static TemplateValue Required(ReadOnlySpan<TemplateValue> arguments) =>
        arguments[1].Kind == TemplateKind.Nil ? throw new TemplateFunctionException(arguments[0].AsString) : arguments[1];

    private JsonNode? ToJson(TemplateValue value) =>
        _functions.TryGet("toJson", out var function) ? JsonNode.Parse(function.Body([value]).AsString) : throw new InvalidOperationException("Sprig has toJson");

    // Numbers are floating-point ones, as Helm's are.
    private static TemplateValue FromJson(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                var map = new TemplateMap();
                foreach (var (name, value) in members)
                    map.Set(name, FromJson(value));
                return TemplateValue.From(map);
            case JsonArray items:
                return TemplateValue.From(new TemplateList([.. items.Select(FromJson)]));
            case JsonValue value when value.TryGetValue<string>(out var text):
                return TemplateValue.From(text);
            case JsonValue value when value.TryGetValue<bool>(out var isTrue):
                return TemplateValue.From(isTrue);
            case JsonValue value:
                return TemplateValue.From(value.GetValue<double>());
            default:
                return TemplateValue.Nil;
        }
    }

    private static void LayOver(JsonObject values, JsonObject over)
    {
        foreach (var (name, value) in over)
        {
            if (value is JsonObject inner && values[name] is JsonObject outer)
                LayOver(outer, inner);
            else
                values[name] = value?.DeepClone();
        }
    }

    // In block style, as Helm's: templates append it to mappings and lists that they have begun.
    private static string Yaml(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node, 0);
        return text.ToString().Trim('\n');
    }

    private static void Append(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                foreach (var (name, value) in members)
                {
                    text.Append('\n').Append(' ', indent).Append(JsonValue.Create(name).ToJsonString()).Append(": ");
                    Append(text, value, indent + 2);
                }
                break;
            case JsonArray { Count: > 0 } items:
                foreach (var item in items)
                {
                    text.Append('\n').Append(' ', indent).Append("- ");
                    Append(text, item, indent + 2);
                }
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
