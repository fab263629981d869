using System.Buffers;

namespace KrakenPlugins.JwkAggregator;

/// <summary>The key sets of several origins as one (AUT-125, AUT-126).</summary>
/// <param name="origins">The origins.</param>
internal sealed class Aggregation(IReadOnlyList<OriginKeys> origins) : IDisposable
{
    /// <summary>The joined set; <see langword="null"/> when every origin failed. Origins are asked at once.</summary>
    public async Task<ReadOnlyMemory<byte>?> GetAsync()
    {
        var answers = await Task.WhenAll(origins.Select(static origin => origin.GetAsync())).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(4096);
        output.Write("{\"keys\":["u8);
        var (isFirst, isAnswered) = (true, false);
        foreach (var keys in answers)
        {
            isAnswered |= keys is not null;
            foreach (var key in keys ?? [])
            {
                if (!isFirst)
                    output.Write(","u8);
                output.Write(key);
                isFirst = false;
            }
        }
        output.Write("]}"u8);
        // A bare null would become an empty memory.
        return isAnswered ? output.WrittenMemory : default(ReadOnlyMemory<byte>?);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var origin in origins)
            origin.Dispose();
    }
}
