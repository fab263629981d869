using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.CommandLine;

namespace Gateway.Commands.Plugins;

/// <summary>How a command writes its results.</summary>
internal static class OutputFormat
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The flag.</summary>
    public static readonly Flag Flag = new("format", null, FlagKind.Text, "How results are written: text or json", "text") { Values = ["text", "json"] };

    /// <summary>Whether JSON is asked for.</summary>
    public static bool IsJson(Arguments arguments) => arguments.Text(Flag.Name) switch
    {
        null or "text" => false,
        "json" => true,
        var other => throw new UsageException($"invalid argument \"{other}\" for \"--format\": it takes text or json"),
    };

    /// <summary>A document with a line break behind it.</summary>
    public static string Json(JsonNode node) => node.ToJsonString(s_json) + "\n";
}
