using System.Text.Json.Nodes;

namespace Gateway.FaultySidecar;

/// <summary>The line that the gateway writes to the standard input.</summary>
/// <param name="Socket">Where to listen.</param>
/// <param name="Secret">What every call carries.</param>
internal sealed record Greeting(string Socket, string Secret)
{
    /// <summary>Reads it; <see langword="null"/> when there is none.</summary>
    public static Greeting? Read(TextReader input)
    {
        if (input.ReadLine() is not { } line || !line.StartsWith('{') || JsonNode.Parse(line) is not { } greeting)
            return null;
        return greeting["cookie"]?.GetValue<string>() == "krakenplugins"
            ? new(greeting["socket"]!.GetValue<string>(), greeting["secret"]!.GetValue<string>())
            : null;
    }
}
