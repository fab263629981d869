using System.Globalization;
using System.Text;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Commands.Audit;

/// <summary>Values of the format template as JSON, with the members of a result in the order and spelling of the reference (CFG-244).</summary>
internal static class AuditJson
{
    private const int MostLevels = 100;

    /// <summary>Compact JSON.</summary>
    /// <exception cref="TemplateFunctionException">The value has no JSON, or is nested too deeply.</exception>
    public static string Of(TemplateValue value)
    {
        var text = new StringBuilder();
        Write(value, text, 0);
        return text.ToString();
    }

    private static void Write(TemplateValue value, StringBuilder text, int level)
    {
        if (level > MostLevels)
            throw new TemplateFunctionException($"marshal: more than {MostLevels} levels");
        switch (value.Kind)
        {
            case TemplateKind.Missing or TemplateKind.Nil:
                text.Append("null");
                break;
            case TemplateKind.Bool:
                text.Append(value.AsBool ? "true" : "false");
                break;
            case TemplateKind.Int:
                text.Append(value.AsInt.ToString(CultureInfo.InvariantCulture));
                break;
            case TemplateKind.Float when double.IsFinite(value.AsFloat):
                text.Append(value.NumberText ?? value.AsFloat.ToString("R", CultureInfo.InvariantCulture));
                break;
            case TemplateKind.String:
                WriteText(value.AsString, text);
                break;
            case TemplateKind.List:
                WriteList(value.AsList, text, level);
                break;
            case TemplateKind.Map:
                WriteMap(value.AsMap, text, level);
                break;
            case TemplateKind.Object when value.AsObject is AuditReport report:
                text.Append("{\"recommendations\":");
                WriteList(report.Recommendations, text, level);
                text.Append(",\"stats\":{}}");
                break;
            case TemplateKind.Object when value.AsObject is AuditRecommendation { Finding: var finding }:
                text.Append("{\"rule\":");
                WriteText(finding.Rule, text);
                text.Append(",\"severity\":");
                WriteText(finding.Severity.Name(), text);
                text.Append(",\"message\":");
                WriteText(finding.Message, text);
                text.Append('}');
                break;
            default:
                throw new TemplateFunctionException($"marshal: {value.TypeName} has no JSON");
        }
    }

    private static void WriteList(ITemplateList list, StringBuilder text, int level)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            Write(list[i], text, level + 1);
        }
        text.Append(']');
    }

    private static void WriteMap(ITemplateMap map, StringBuilder text, int level)
    {
        text.Append('{');
        for (var i = 0; i < map.SortedKeys.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            WriteText(map.SortedKeys[i], text);
            text.Append(':');
            map.TryGet(map.SortedKeys[i], out var value);
            Write(value, text, level + 1);
        }
        text.Append('}');
    }

    private static void WriteText(string value, StringBuilder text) =>
        text.Append(Encoding.UTF8.GetString(ConfigNodeJson.Write(ConfigNode.String(default, value))));
}
