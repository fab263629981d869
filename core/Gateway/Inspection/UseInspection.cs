using System.Reflection.Metadata;
using Gateway.Core.Plugins;

namespace Gateway.Inspection;

/// <summary>
/// Compares what the entry assembly obviously uses with the permissions that the manifest asks for. Libraries are left out: they use files
/// and variables in code that a plugin may never reach.
/// </summary>
internal static class UseInspection
{
    private static readonly string[] s_network =
    [
        "System.Net.Sockets.", "System.Net.WebSockets.ClientWebSocket", "System.Net.Http.HttpClient", "System.Net.Http.SocketsHttpHandler", "System.Net.Http.HttpMessageInvoker",
        "System.Net.Dns", "System.Net.WebClient", "System.Net.WebRequest", "System.Net.Mail.", "System.Net.HttpListener",
    ];

    private static readonly string[] s_files = ["System.IO.File", "System.IO.Directory", "System.IO.StreamReader..ctor(String", "System.IO.StreamWriter..ctor(String"];

    public static void Inspect(PluginManifest manifest, AssemblyImage entry, AssemblyUniverse universe, FindingList findings)
    {
        var permissions = manifest.Permissions;
        var used = UsesOf(entry, universe);
        if (permissions.Environment.Count == 0 && First(used, "System.Environment.GetEnvironmentVariable", "System.Environment.ExpandEnvironmentVariables") is { } environment)
            findings.Warning(FindingCode.UsesEnvironment, entry.File, $"it uses {environment}, but \"permissions.environment\" names no variable", "list the variables in the manifest, so that operators know of them");
        if (permissions.Network.Count == 0 && First(used, s_network) is { } network)
            findings.Warning(FindingCode.UsesNetwork, entry.File, $"it uses {network}, but \"permissions.network\" names no host", "list the hosts in the manifest (\"*\" when the configuration names them), so that operators know of them");
        if (permissions.Files.Count == 0 && First(used, s_files) is { } file)
            findings.Warning(FindingCode.UsesFiles, entry.File, $"it uses {file}, but \"permissions.files\" names no path", "list the paths in the manifest (\".\" for its own folder), so that operators know of them");
        if (First(used, "System.Environment.Exit", "System.Environment.FailFast", "System.Diagnostics.Process.Kill") is { } end)
            findings.Note(FindingCode.EndsProcess, entry.File, $"it uses {end}", "a plugin must never end the gateway: report an error to the ConfigDiagnostics, or throw");
    }

    private static string? First(SortedSet<string> used, params string[] beginnings)
    {
        foreach (var use in used)
        {
            if (beginnings.Any(b => use.StartsWith(b, StringComparison.Ordinal)))
                return use.Split('(')[0].Replace("..ctor", "", StringComparison.Ordinal);
        }
        return null;
    }

    private static SortedSet<string> UsesOf(AssemblyImage image, AssemblyUniverse universe)
    {
        var used = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in image.Reader.MemberReferences)
        {
            var member = image.Reader.GetMemberReference(handle);
            if (member.GetKind() != MemberReferenceKind.Method || universe.TypeOf(image, member.Parent) is not { } owner || ReferenceEquals(owner.Image, image))
                continue;
            var signature = SignatureText.Method(image.Reader, member.Signature);
            used.Add($"{TypeNames.Of(owner.Image.Reader, owner.Handle)}.{image.Reader.GetString(member.Name)}({string.Join(',', signature.ParameterTypes)})");
        }
        return used;
    }
}
