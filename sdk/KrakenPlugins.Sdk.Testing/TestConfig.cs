using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>Configuration from JSON texts.</summary>
public static class TestConfig
{
    /// <summary>The name that positions carry.</summary>
    public const string FileName = "config.json";

    /// <summary>Reads a JSON text with positions. Throws <see cref="FormatException"/>, saying where, when it is none.</summary>
    public static ConfigNode Parse(string json)
    {
        var diagnostics = new ConfigDiagnostics();
        return JsonConfigReader.Read(FileName, json, diagnostics) ?? throw new FormatException(string.Join('\n', diagnostics.All));
    }
}
