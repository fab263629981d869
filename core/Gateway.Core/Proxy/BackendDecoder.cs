using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Encodings;
using Gateway.Core.Json;
using Gateway.Core.Manipulation;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Proxy;

/// <summary>
/// The decoder of a backend with its shape compiled in: target, then allow or deny and mapping, or flatmap in their place, then
/// group (MAN-018, MAN-052).
/// </summary>
internal static class BackendDecoder
{
    /// <summary>Compiles it; <see langword="null"/> for <c>no-op</c>, which decodes nothing.</summary>
    /// <param name="backend">The configuration.</param>
    /// <param name="limits">Of them <see cref="Limits.Depth"/>: an answer with more levels is a failure.</param>
    /// <param name="plugin">The decoder that a plugin provides for the backend's encoding, or <see langword="null"/> for core's own.</param>
    public static BodyDecoder? Compile(BackendConfig backend, Limits limits, BodyDecoder? plugin = null)
    {
        if (string.Equals(backend.Encoding, "no-op", StringComparison.Ordinal))
            return null;
        var flatmap = Flatmap.Compile(backend.FlatmapFilter);
        var shape = new JsonShape(new JsonShapeOptions
        {
            Target = backend.Target,
            Allow = flatmap is null ? backend.Allow : [],
            Deny = flatmap is null ? backend.Deny : [],
            Mapping = flatmap is null ? backend.Mapping : [],
            Group = flatmap is null ? backend.Group : "",
            IsCollection = backend.IsCollection,
            Mode = string.Equals(backend.Encoding, "safejson", StringComparison.Ordinal) ? JsonMode.SafeJson : JsonMode.Json,
            Limits = JsonLimits.Default with { MaxDepth = limits.Depth },
        });
        BodyDecoder decode = plugin is not null ? new PluginDecoder(shape, plugin, backend.Encoding).Decode : backend.Encoding switch
        {
            "xml" => new TreeDecoder(shape, body => XmlDecoder.Decode(body.Memory, backend.IsCollection, limits.Depth)).Decode,
            "string" => new TreeDecoder(shape, static body => StringDecoder.Decode(body.Span)).Decode,
            _ => shape.TryShape,
        };
        return flatmap is null ? decode : new FlatmapDecoder(decode, flatmap, backend.Group).Decode;
    }

    private sealed class TreeDecoder(JsonShape shape, Func<PooledBytes, DataObject> decode)
    {
        public bool Decode(PooledBytes body, out Payload? payload, out string? error)
        {
            payload = null;
            error = null;
            try
            {
                using (body)
                    payload = new TreePayload(shape.ShapeTree(decode(body)));
                return true;
            }
            catch (DecodeException exception)
            {
                error = exception.Message;
                return false;
            }
        }
    }

    /// <summary>Data of a plugin stays what the plugin made of it unless there is something to do about its shape.</summary>
    private sealed class PluginDecoder(JsonShape shape, BodyDecoder decode, string encoding)
    {
        private readonly bool _isShaped = shape.ChangesTrees;

        public bool Decode(PooledBytes body, out Payload? payload, out string? error)
        {
            if (!decode(body, out payload, out error))
            {
                payload?.Dispose();
                payload = null;
                error ??= $"the answer is no {encoding}";
                return false;
            }
            if (payload is not null && _isShaped)
                payload.Tree = shape.ShapeTree(payload.Tree);
            else if (payload is null && shape.Group is { } group)
                payload = new TreePayload(new DataObject { [group.Name] = DataNull.Instance });
            return true;
        }
    }

    private sealed class FlatmapDecoder(BodyDecoder decode, Flatmap flatmap, string group)
    {
        public bool Decode(PooledBytes body, out Payload? payload, out string? error)
        {
            if (!decode(body, out payload, out error))
                return false;
            var data = payload is null ? null : flatmap.Apply(payload.Tree);
            if (group.Length > 0)
            {
                payload ??= new TreePayload(new DataObject());
                payload.Tree = new DataObject { [group] = data is null ? DataNull.Instance : data };
            }
            else if (payload is null)
            {
                return true;
            }
            else if (data is null)
            {
                payload.Dispose();
                payload = null;
            }
            else
            {
                payload.Tree = data;
            }
            return true;
        }
    }
}
