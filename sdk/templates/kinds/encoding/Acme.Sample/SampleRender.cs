using System.Buffers;
using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Writes the texts and scalars of an answer as lines of <c>key=value</c>, keys in ordinal order.</summary>
public sealed class SampleRender : IBodyRender
{
    /// <inheritdoc/>
    public string ContentType => "text/plain; charset=utf-8";

    /// <inheritdoc/>
    public void Write(Payload? data, IBufferWriter<byte> output)
    {
        if (data is null)
            return;
        foreach (var (key, value) in data.Tree.Members.OrderBy(static m => m.Key, StringComparer.Ordinal))
        {
            var text = value is DataString literal ? literal.Value : DataJson.ToString(value);
            Encoding.UTF8.GetBytes($"{key}={text.ReplaceLineEndings(" ")}\n", output);
        }
    }
}
