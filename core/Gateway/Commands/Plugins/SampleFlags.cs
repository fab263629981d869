using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.CommandLine;

namespace Gateway.Commands.Plugins;

/// <summary>The flags that say what components are driven with: JSON on the command line, or a file that holds it.</summary>
internal static class SampleFlags
{
    private const long MaxBytes = 16 << 20;

    private static readonly Flag s_request = new("request", null, FlagKind.Text, "The request: JSON or a file, {\"method\", \"url\", \"headers\", \"params\", \"body\"}");
    private static readonly Flag s_response = new("response", null, FlagKind.Text, "The backend's response: JSON or a file, {\"status\", \"headers\", \"body\"}");
    private static readonly Flag s_config = new("config", null, FlagKind.Text, "The plugin's configuration: JSON or a file; members named like a namespace are for that one alone", "{}");
    private static readonly Flag s_header = new("header", null, FlagKind.List, "A header of the request, \"Name: value\"; repeatable");
    private static readonly Flag s_method = new("method", null, FlagKind.Text, "Method of the request", "GET");
    private static readonly Flag s_url = new("url", null, FlagKind.Text, "Path and query of the request", "/test");
    private static readonly Flag s_body = new("body", null, FlagKind.Text, "Body of the request");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Flag> All { get; } = [s_request, s_response, s_config, s_header, s_method, s_url, s_body];

    /// <summary>What a probe is asked to do, with the sample in it.</summary>
    public static JsonObject Read(Arguments arguments)
    {
        var request = Object(arguments, s_request);
        foreach (var (flag, member) in new[] { (s_method, "method"), (s_url, "url"), (s_body, "body") })
        {
            if (arguments.Text(flag.Name) is { } text)
                request[member] = text;
        }
        var headers = request["headers"] as JsonObject ?? [];
        foreach (var header in arguments.All(s_header.Name))
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                throw new UsageException($"invalid argument \"{header}\" for \"--header\": it takes \"Name: value\"");
            headers[header[..colon].Trim()] = header[(colon + 1)..].Trim();
        }
        if (headers.Parent is null)
            request["headers"] = headers;
        var response = Object(arguments, s_response);
        if (response["status"] is { } status && (status.GetValueKind() != JsonValueKind.Number || !status.AsValue().TryGetValue<int>(out var number) || number is < 100 or > 999))
            throw new UsageException("\"status\" of --response is a status like 200");
        return new() { ["request"] = request, ["response"] = response, ["config"] = Object(arguments, s_config) };
    }

    private static JsonObject Object(Arguments arguments, Flag flag)
    {
        if (arguments.Text(flag.Name) is not { Length: > 0 } value)
            return [];
        var isInline = value.TrimStart().StartsWith('{');
        try
        {
            if (!isInline && new FileInfo(value).Length > MaxBytes)
                throw new UsageException($"--{flag.Name} {value}: the file is larger than {MaxBytes >> 20} MiB");
            return JsonNode.Parse(isInline ? value : File.ReadAllText(value)) as JsonObject ?? throw new UsageException($"--{flag.Name}: it takes a JSON object");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--{flag.Name} {(isInline ? "" : value + ": ")}{exception.Message}");
        }
    }
}
