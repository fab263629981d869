using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Acme.Sample;

/// <summary>Reads lines of <c>key=value</c> into an object; of equal keys the last counts.</summary>
public static class SampleDecoder
{
    /// <summary>A <see cref="KrakenPlugins.Sdk.Plugins.BodyDecoder"/>: it owns the body, so it disposes it.</summary>
    public static bool Decode(PooledBytes body, out Payload? payload, out string? error)
    {
        payload = null;
        error = null;
        using (body)
        {
            var data = new DataObject();
            var number = 0;
            foreach (var line in Encoding.UTF8.GetString(body.Span).Split('\n', StringSplitOptions.TrimEntries))
            {
                number++;
                if (line.Length == 0)
                    continue;
                var end = line.IndexOf('=');
                if (end < 0)
                {
                    error = $"line {number} has no \"=\"";
                    return false;
                }
                data[line[..end]] = new DataString(line[(end + 1)..]);
            }
            payload = new TreePayload(data);
            return true;
        }
    }
}
