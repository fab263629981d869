using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Gateway.Sidecars.Components;

/// <summary>Changes of a plugin to an exchange. All is checked before anything is done.</summary>
internal static class HttpChanges
{
    /// <summary>Changes the request but for its body, and begins the answer's headers. Throws <see cref="ViolationException"/>.</summary>
    public static void Apply(Proceed proceed, HttpContext context)
    {
        HeaderRules.Check(proceed.ResponseHeaders);
        if (proceed.Change is { } change)
            Apply(change, context);
        Apply(proceed.ResponseHeaders, context.Response.Headers);
    }

    /// <summary>Makes changes that were checked.</summary>
    public static void Apply(RepeatedField<HeaderChange> changes, IHeaderDictionary headers)
    {
        foreach (var change in changes)
        {
            if (HeaderRules.IsDropped(change.Name))
                continue;
            switch (change.Operation)
            {
                case HeaderOperation.Set:
                    headers[change.Name] = change.Value;
                    break;
                case HeaderOperation.Add:
                    headers.Append(change.Name, change.Value);
                    break;
                case HeaderOperation.Remove:
                    headers.Remove(change.Name);
                    break;
            }
        }
    }

    /// <summary>Adds headers to an answer; of those that have one value only the last counts.</summary>
    public static void Append(NameValueList list, IHeaderDictionary headers)
    {
        foreach (ref readonly var header in list.Items)
        {
            if (header.Key == "Content-Type")
                headers.ContentType = header.Value;
            else
                headers.Append(header.Key, header.Value);
        }
    }

    /// <summary>What of the headers stood there before anything further in wrote to the answer; <see langword="null"/> for none.</summary>
    public static KeyValuePair<string, StringValues>[]? Keep(IHeaderDictionary headers)
    {
        if (headers.Count == 0)
            return null;
        var kept = new KeyValuePair<string, StringValues>[headers.Count];
        headers.CopyTo(kept, 0);
        return kept;
    }

    /// <summary>Makes the headers those again.</summary>
    public static void Restore(IHeaderDictionary headers, KeyValuePair<string, StringValues>[]? kept)
    {
        headers.Clear();
        foreach (var (name, values) in kept ?? [])
            headers[name] = values;
    }

    private static void Apply(RequestChange change, HttpContext context)
    {
        var request = context.Request;
        var method = change.Method.Length > 0 ? TargetRules.Method(change.Method) : null;
        var target = change.Target.Length > 0 ? TargetRules.Target(change.Target) : null;
        var host = change.Scheme.Length > 0 || change.Authority.Length > 0 ? TargetRules.Host(change.Scheme, change.Authority) : null;
        HeaderRules.Check(change.Headers);
        var claims = change.ClaimsJson.IsEmpty ? null : JsonClaims.Read(change.ClaimsJson);
        if (method is not null)
            request.Method = method;
        if (target is not null)
            ExchangeTarget.Change(context, target);
        if (host is not null)
        {
            request.Scheme = host.Scheme;
            request.Host = new HostString(host.Authority);
        }
        if (change.Body is not null)
            request.Headers.ContentEncoding = default;
        Apply(change.Headers, request.Headers);
        if (claims is not null)
            context.Features.Set<IClaims>(claims);
    }
}
