using System.Buffers;
using Gateway.Core.Encodings;
using Gateway.Core.Json;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Primitives;

namespace Gateway.Core.Server;

/// <summary>Writes data in an endpoint's <c>output_encoding</c> (MAN-072 to 083).</summary>
internal abstract class OutputRender
{
    /// <summary>Writes the body and names its media type.</summary>
    /// <param name="data">The data; <see langword="null"/> for a <c>null</c> document.</param>
    /// <param name="output">Where it is written.</param>
    /// <param name="accept">The client's <c>Accept</c>.</param>
    /// <param name="contentType">Media type for <c>Content-Type</c>.</param>
    public abstract void Write(Payload? data, IBufferWriter<byte> output, StringValues accept, out StringValues contentType);

    /// <summary>The render of an encoding; unknown names mean <c>json</c> (MAN-073).</summary>
    /// <param name="encoding">Its name.</param>
    /// <param name="plugin">Builds the render that a plugin provides for a name, or gives <see langword="null"/>.</param>
    public static OutputRender Of(string encoding, Func<string, IBodyRender?> plugin) => encoding switch
    {
        "json" or "fast-json" or "no-op" => s_json,
        "json-collection" => s_collection,
        "string" => s_string,
        "xml" => s_xml,
        "negotiate" => plugin("yaml") is { } yaml ? new NegotiatedRender(new PluginRender(yaml)) : s_negotiate,
        _ => plugin(encoding) is { } render ? new PluginRender(render) : s_json,
    };

    private static readonly JsonRender s_json = new();
    private static readonly CollectionRender s_collection = new();
    private static readonly StringRender s_string = new();
    private static readonly XmlDataRender s_xml = new();
    private static readonly NegotiatedRender s_negotiate = new(s_json);

    private sealed class JsonRender : OutputRender
    {
        private readonly StringValues _type = MediaTypes.Json;

        public override void Write(Payload? data, IBufferWriter<byte> output, StringValues accept, out StringValues contentType)
        {
            contentType = _type;
            if (data is null)
                output.Write("null"u8);
            else
                data.WriteJson(output);
        }
    }

    private sealed class CollectionRender : OutputRender
    {
        private readonly StringValues _type = MediaTypes.Json;

        public override void Write(Payload? data, IBufferWriter<byte> output, StringValues accept, out StringValues contentType)
        {
            contentType = _type;
            JsonPayloadRender.WriteCollection(data, output);
        }
    }

    private sealed class StringRender : OutputRender
    {
        private readonly StringValues _type = MediaTypes.Text;

        public override void Write(Payload? data, IBufferWriter<byte> output, StringValues accept, out StringValues contentType)
        {
            contentType = _type;
            JsonPayloadRender.WriteContent(data, output);
        }
    }

    private sealed class XmlDataRender : OutputRender
    {
        private readonly StringValues _type = MediaTypes.Xml;

        public override void Write(Payload? data, IBufferWriter<byte> output, StringValues accept, out StringValues contentType)
        {
            contentType = _type;
            XmlRender.Write(output, data?.Tree ?? new DataObject());
        }
    }

    private sealed class PluginRender(IBodyRender render) : OutputRender
    {
        private readonly StringValues _type = render.ContentType;

        public override void Write(Payload? data, IBufferWriter<byte> output, StringValues accept, out StringValues contentType)
        {
            contentType = _type;
            render.Write(data, output);
        }
    }

    private sealed class NegotiatedRender(OutputRender yaml) : OutputRender
    {
        public override void Write(Payload? data, IBufferWriter<byte> output, StringValues accept, out StringValues contentType)
        {
            var render = ContentNegotiation.Select(accept.Count == 0 ? null : accept.ToString()) switch
            {
                OutputEncoding.Xml => s_xml,
                OutputEncoding.Yaml => yaml,
                _ => s_json,
            };
            render.Write(data, output, accept, out contentType);
        }
    }
}
