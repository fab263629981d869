using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecars.Components;

/// <summary>Heads as messages, with what is needed of them.</summary>
internal static class Heads
{
    /// <summary>Headers of the pipelines.</summary>
    public static void Write(NameValueList headers, RepeatedField<Header> to, PlaceNeeds needs)
    {
        foreach (ref readonly var header in headers.Items)
        {
            if (needs.Wants(header.Key))
                to.Add(new Header { Name = header.Key, Value = header.Value });
        }
    }

    /// <summary>Headers of an exchange.</summary>
    public static void Write(IHeaderDictionary headers, RepeatedField<Header> to, PlaceNeeds needs)
    {
        foreach (var (name, values) in headers)
        {
            if (!needs.Wants(name))
                continue;
            for (var i = 0; i < values.Count; i++)
                to.Add(new Header { Name = name, Value = values[i] ?? "" });
        }
    }

    /// <summary>A request of the pipelines.</summary>
    public static RequestHead Of(ProxyRequest request, PlaceNeeds needs, SidecarPlace place)
    {
        var head = new RequestHead
        {
            Method = request.Method,
            Target = request.Target,
            Scheme = request.Host?.Scheme ?? "",
            Authority = request.Host?.Authority ?? "",
            HostHeader = request.HostHeader ?? "",
            ClientAddress = request.HttpContext is { } context && place.ClientAddress is { } address ? address(context) : "",
        };
        Write(request.Headers, head.Headers, needs);
        Write(request.Query, head.Query);
        Write(request.Parameters, head.Parameters);
        return head;
    }

    /// <summary>A client's request.</summary>
    public static RequestHead Of(HttpContext context, string target, PlaceNeeds needs, SidecarPlace place)
    {
        var request = context.Request;
        var head = new RequestHead
        {
            Method = request.Method,
            Target = target,
            Scheme = request.Scheme,
            Authority = request.Host.Value ?? "",
            ClientAddress = place.ClientAddress?.Invoke(context) ?? "",
        };
        Write(request.Headers, head.Headers, needs);
        if (place.PathParameter is { } parameter)
        {
            foreach (var name in place.PathParameters)
            {
                if (parameter(context, name) is { } value)
                    head.Parameters.Add(new Parameter { Name = name, Value = value });
            }
        }
        return head;
    }

    private static void Write(NameValueList list, RepeatedField<Parameter> to)
    {
        foreach (ref readonly var item in list.Items)
            to.Add(new Parameter { Name = item.Key, Value = item.Value });
    }
}
