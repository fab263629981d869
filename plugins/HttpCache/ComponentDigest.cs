using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.HttpCache;

/// <summary>
/// What of a backend's configuration decides, beside URL and headers, what it is answered: credentials, client certificates, Martian; and which
/// of its answers are kept, by which headers. Backends that differ in it never see each other's answers (MAN-412).
/// </summary>
internal static class ComponentDigest
{
    // They stand outside of the cache and change neither the request nor the answer that is kept.
    private static readonly string[] s_neutral = ["qos/", "validation/", "telemetry/", "documentation/"];

    /// <summary>Computes it.</summary>
    public static string Of(IBackendContext context, CacheSettings settings)
    {
        var text = new StringBuilder();
        if (context.Backend["extra_config"] is { } extra)
        {
            foreach (var member in extra.Members.OrderBy(static m => m.Name, StringComparer.Ordinal))
            {
                if (!s_neutral.Any(member.Name.StartsWith) && member.Name is not ("backend/http" or "proxy") && !IsMetadata(member.Name))
                    Append(text.Append(member.Name), member.Value);
            }
        }
        if (settings.StorePrivate)
            text.Append("|private");
        foreach (var name in ClientHeaders.Of(context).Concat(settings.KeyHeaders).Select(static n => n.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal))
            text.Append('|').Append(name.Length).Append(':').Append(name);
        return text.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Append(StringBuilder text, ConfigNode node)
    {
        text.Append('<').Append((int)node.Kind).Append(',').Append(node.Text.Length).Append(',').Append(node.Text);
        foreach (var item in node.Items)
            Append(text, item);
        foreach (var member in node.Members)
        {
            if (!IsMetadata(member.Name))
                Append(text.Append(member.Name.Length).Append(':').Append(member.Name), member.Value);
        }
        text.Append('>');
    }

    private static bool IsMetadata(string name) => name is ['@' or '$' or '_' or '#', ..];
}
