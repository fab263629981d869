using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The hosts of each backend: its own or those of the root, sanitised or verbatim as the backend asks.</summary>
internal sealed class HostList(RootDocument root, ConfigDiagnostics diagnostics)
{
    /// <summary>Schemes that guides write for drivers that know none (CFG-309).</summary>
    private static readonly string[] s_foreignSchemes = ["grpc://", "lambda://"];

    private IReadOnlyList<string>? _sanitisedRoot;
    private bool _isRootVerbatim;

    /// <param name="backend">The backend.</param>
    /// <param name="takesWebSockets">Whether its endpoint serves WebSockets, so that <c>ws</c> and <c>wss</c> are schemes of its hosts.</param>
    /// <param name="mayHaveNone">Whether its hosts are known from elsewhere.</param>
    public IReadOnlyList<string> Of(BackendDocument backend, bool takesWebSockets, bool mayHaveNone)
    {
        if (backend.Host.Count > 0)
            return backend.DisableHostSanitize ? Verbatim(backend.Host, backend.Source) : Sanitise(backend.Host, backend.Source, takesWebSockets);
        if (root.Host.Count == 0)
        {
            if (!mayHaveNone && !HasOtherTarget(backend.ExtraConfig))
                backend.Source.Error(diagnostics, "host", "no hosts: neither the backend nor the root has a \"host\"");
            return [];
        }
        if (!backend.DisableHostSanitize && !takesWebSockets)
            return _sanitisedRoot ??= Sanitise(root.Host, root.Source);
        _isRootVerbatim = true;
        return backend.DisableHostSanitize ? Verbatim(root.Host, root.Source) : Sanitise(root.Host, root.Source, takesWebSockets);
    }

    public void CheckUnused()
    {
        if (_sanitisedRoot is null && !_isRootVerbatim)
            Sanitise(root.Host, root.Source);
    }

    private string[] Sanitise(IReadOnlyList<string> written, ConfigSource source, bool takesWebSockets = false)
    {
        var hosts = new string[written.Count];
        for (var i = 0; i < hosts.Length; i++)
        {
            if (takesWebSockets && HostGrammar.IsWebSocket(written[i]))
                hosts[i] = written[i];
            else if (WithoutForeignScheme(written[i]) is { } bare && HostGrammar.TrySanitize(bare, out hosts[i]))
                source.Hint(diagnostics, "host", i, $"the scheme of {ConfigText.Quote(written[i])} has no effect: write the host without scheme; the driver of the backend is chosen by a namespace under extra_config");
            else if (!HostGrammar.TrySanitize(written[i], out hosts[i]))
                source.Error(diagnostics, "host", i, $"host {ConfigText.Inline(written[i])} not valid: invalid host; a host is [http[s]://]name[:port], anything else needs \"disable_host_sanitize\": true");
        }
        return hosts;
    }

    private IReadOnlyList<string> Verbatim(IReadOnlyList<string> written, ConfigSource source)
    {
        for (var i = 0; i < written.Count; i++)
            NotSupportedYet.IsDynamicHost(written[i], i, source, diagnostics);
        return written;
    }

    private static string? WithoutForeignScheme(string host) =>
        Array.Find(s_foreignSchemes, s => host.StartsWith(s, StringComparison.Ordinal)) is { } scheme ? host[scheme.Length..] : null;

    /// <summary>Looked up as written: a backend whose driver is missing has no need of a host either.</summary>
    private static bool HasOtherTarget(ConfigNode? extraConfig)
    {
        foreach (var member in extraConfig?.Members ?? [])
        {
            if (NamespaceRegistry.NeedsNoHost(NamespaceAliases.CurrentName(member.Name) ?? member.Name))
                return true;
        }
        return false;
    }
}
