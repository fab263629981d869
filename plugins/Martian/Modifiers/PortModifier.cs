using System.Globalization;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary><c>port.Modifier</c>: another port in the URL and in the <c>Host</c> header, or the scheme's own (MAN-158, MAN-159).</summary>
internal sealed class PortModifier(int? port) : Modifier
{
    private readonly Rewrite _rewrite = new(port);

    public static Component Compile(Definition definition)
    {
        var port = definition.OptionalInteger("port") ?? 0;
        var given = (port != 0 ? 1 : 0) + (definition.Flag("defaultForScheme") ? 1 : 0) + (definition.Flag("remove") ? 1 : 0);
        if (given != 1)
            throw definition.Fault("Must specify only one of port, defaultForScheme or remove");
        if (port is < 0 or > 65535)
            throw definition.Fault("port", "expected a port from 1 to 65535");
        return definition.Scoped(Phases.Request, new PortModifier(port == 0 ? null : port), null);
    }

    public override string? Apply(ref Call call)
    {
        var request = call.Request;
        if (request.Host is not { } host)
            return "the call has no host to change";
        request.Host = _rewrite.Of(host);
        if (request.HostHeader is { } header)
            request.HostHeader = WithPort(header, request.Host);
        return null;
    }

    private static string WithPort(string header, BackendHost host)
    {
        var colon = header.LastIndexOf(':');
        var name = colon > header.LastIndexOf(']') ? header.AsSpan(0, colon) : header;
        return host.Port == DefaultPort(host)
            ? name.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{name}:{host.Port}");
    }

    private static int DefaultPort(BackendHost host) => host.IsSecure ? 443 : 80;

    private sealed class Rewrite(int? port) : HostRewrite
    {
        protected override BackendHost Make(BackendHost host) => (port ?? DefaultPort(host)) is var wanted && wanted == host.Port
            ? host
            : new BackendHost(host.Scheme, host.Host, wanted, host.BasePath) { Authorization = host.Authorization };
    }
}
