using System.Text;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Formats;

/// <summary>Reads documents from text and shows them as compact JSON with sorted keys.</summary>
internal static class Documents
{
    public static ConfigNode? Read(string text, ConfigFormat format, ConfigDiagnostics diagnostics) =>
        ConfigFormats.Read("f", Encoding.UTF8.GetBytes(text), format, diagnostics);

    /// <summary>The tree of a document that must be good.</summary>
    public static ConfigNode Good(string text, ConfigFormat format)
    {
        var diagnostics = new ConfigDiagnostics();
        var node = Read(text, format, diagnostics);
        Assert.Equal("", Loading.Text(diagnostics));
        return node!;
    }

    public static string Json(string text, ConfigFormat format) => Json(Good(text, format));

    public static string Json(ConfigNode node) => Encoding.UTF8.GetString(ConfigNodeJson.Write(node));

    /// <summary>The one error of a document that must be bad, with its place.</summary>
    public static string Error(string text, ConfigFormat format)
    {
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(Read(text, format, diagnostics));
        return Assert.Single(diagnostics.All).ToString();
    }
}
