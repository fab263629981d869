using System.IO.Pipelines;
using Gateway.Sidecars.Calls;
using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Changes of a plugin to a request of the pipelines. All is checked before anything is done.</summary>
internal static class RequestChanges
{
    /// <summary>Makes the changes but for the body. Throws <see cref="ViolationException"/>.</summary>
    public static void Apply(RequestChange change, ProxyRequest request)
    {
        var method = change.Method.Length > 0 ? TargetRules.Method(change.Method) : request.Method;
        var target = change.Target.Length > 0 ? TargetRules.Target(change.Target) : request.Target;
        var host = HostOf(change, request.Host);
        var hostHeader = change.HostHeader.Length > 0 ? TargetRules.HostHeader(change.HostHeader) : request.HostHeader;
        HeaderRules.Check(change.Headers);
        Check(change.Query);
        Check(change.Parameters);
        request.Method = method;
        request.Target = target;
        request.HostHeader = hostHeader;
        if (!ReferenceEquals(host, request.Host))
            MoveTo(host, change, request);
        if (change.Body is not null)
            request.Headers.Remove("Content-Encoding");
        HeaderRules.Apply(change.Headers, request.Headers);
        Replace(change.Query, request.Query);
        Replace(change.Parameters, request.Parameters);
    }

    /// <summary>The body of a plugin as that of a request.</summary>
    /// <param name="call">The call that it comes in, which has to last until it is read.</param>
    /// <param name="body">The body.</param>
    /// <param name="limit">Bytes that may be held.</param>
    public static RequestBody BodyOf(SidecarCall call, Body body, int limit)
    {
        if (body.ContentCase != Body.ContentOneofCase.StreamId)
            return RequestBody.Of(body.Whole.Memory);
        var stream = call.Open(body);
        return RequestBody.Streaming(PipeReader.Create(new SidecarStream(stream)), stream.Length, limit);
    }

    private static BackendHost? HostOf(RequestChange change, BackendHost? host)
    {
        if (change.Scheme.Length == 0 && change.Authority.Length == 0)
            return host;
        var chosen = TargetRules.Host(change.Scheme, change.Authority);
        return host is not null && host.Scheme == chosen.Scheme && host.Authority == chosen.Authority ? host : chosen;
    }

    // The gateway's own credentials are for the host that they were made for.
    private static void MoveTo(BackendHost? host, RequestChange change, ProxyRequest request)
    {
        request.Host = host;
        if (request.CredentialHeader is not { } header)
            return;
        request.CredentialHeader = null;
        if (!HeaderRules.Names(change.Headers, header))
            request.Headers.Remove(header);
    }

    private static void Check(ParameterList? list)
    {
        if (list is null)
            return;
        HeaderRules.CheckCount(list.Parameters.Count, "parameters");
        var length = 0;
        foreach (var parameter in list.Parameters)
            length += parameter.Name.Length + parameter.Value.Length;
        HeaderRules.CheckLength(length);
    }

    private static void Replace(ParameterList? list, NameValueList to)
    {
        if (list is null)
            return;
        to.Clear();
        foreach (var parameter in list.Parameters)
            to.Add(parameter.Name, parameter.Value);
    }
}
