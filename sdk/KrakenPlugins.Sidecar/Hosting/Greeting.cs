using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sidecar.Hosting;

/// <summary>The line by which the gateway tells a process that it started where to listen.</summary>
/// <param name="Socket">Path of the Unix socket.</param>
/// <param name="Secret">What every call has to carry.</param>
internal sealed record Greeting(string Socket, string Secret)
{
    /// <summary>What is said to whoever starts the program himself.</summary>
    public const string Refusal = "this is a plugin of a gateway, which starts it; see docs/plugins/sidecars.md";

    private const string Cookie = "krakenplugins";
    private const int MaxLine = 8 << 10;

    /// <summary>Reads the line; <see langword="null"/> when there is none of the gateway's.</summary>
    public static Greeting? Read(Stream input)
    {
        var line = new byte[MaxLine];
        var length = 0;
        // Byte by byte: what follows the line belongs to nobody, but the end of the stream has to be seen.
        while (length < MaxLine && input.ReadByte() is >= 0 and not '\n' and var next)
            line[length++] = (byte)next;
        if (JsonConfigReader.Read("", line.AsSpan(0, length), new ConfigDiagnostics()) is not { Kind: ConfigKind.Object } node || node["cookie"]?.Text != Cookie)
            return null;
        return node["socket"]?.Text is { Length: > 0 } socket && node["secret"]?.Text is { Length: > 0 } secret ? new Greeting(socket, secret) : null;
    }
}
