using System.Buffers.Binary;
using System.Security.Cryptography;
using KrakenPlugins.Revoker.Filters;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Revoker.Port;

/// <summary>What the port works on: the filter of the configuration that serves, and the key that it asks for.</summary>
/// <param name="Filter">The revoked elements.</param>
/// <param name="Key">The key; <see langword="null"/> when none is asked for.</param>
/// <param name="Logger">Application log.</param>
internal sealed record PortTarget(RotatingFilter Filter, byte[]? Key, ILogger Logger);

/// <summary>A connection that speaks the port's own protocol.</summary>
internal sealed class PortSession(PortStream stream, Func<PortTarget> target)
{
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(PortProtocol.NonceLength);
    private byte[]? _proven;

    /// <summary>Serves it to its end. Throws <see cref="PortException"/> when what comes is no request.</summary>
    public async Task RunAsync()
    {
        var preamble = new byte[PortProtocol.Preamble.Length];
        await stream.ReadAsync(preamble).ConfigureAwait(false);
        var flags = target().Key is null ? (byte)0 : PortProtocol.KeyFlag;
        await stream.WriteAsync((byte[])[.. PortProtocol.Preamble, flags, .. _nonce]).ConfigureAwait(false);
        if (!preamble.AsSpan().SequenceEqual(PortProtocol.Preamble))
            throw new PortException($"version {preamble[^1]} of the protocol; 1 is spoken");
        while (await stream.NextAsync().ConfigureAwait(false))
            await ServeAsync().ConfigureAwait(false);
    }

    private async Task ServeAsync()
    {
        var operation = (PortOperation)await stream.ReadByteAsync().ConfigureAwait(false);
        var length = await stream.ReadUInt32Async().ConfigureAwait(false);
        var most = operation is PortOperation.Add or PortOperation.Check ? PortProtocol.MostPayload : PortProtocol.MostShortPayload;
        var current = target();
        // Before the payload is read: who has no key costs no memory.
        if (current.Key is { } key && operation != PortOperation.Key && !HasProven(key))
        {
            await stream.WriteAsync(PortProtocol.Refusal(PortStatus.NoKey, "the key is needed first")).ConfigureAwait(false);
            throw new PortException("a request without key");
        }
        if (length > most)
        {
            await stream.WriteAsync(PortProtocol.Refusal(PortStatus.Refused, $"{length} bytes; {most} are the limit")).ConfigureAwait(false);
            throw new PortException($"a request of {length} bytes; {most} are the limit");
        }
        var payload = await stream.ReadMessageAsync((int)length).ConfigureAwait(false);
        var answer = operation switch
        {
            PortOperation.Key => Prove(current, payload),
            PortOperation.Settings => Compare(current.Filter, payload) ?? Done([]),
            PortOperation.Add => Add(current.Filter, payload),
            PortOperation.Check => Check(current.Filter, payload),
            PortOperation.Union => await UniteAsync(current.Filter, payload).ConfigureAwait(false),
            PortOperation.Fetch => null,
            _ => throw new PortException($"unknown operation {(byte)operation}"),
        };
        if (answer is null)
            await SendAsync(current.Filter).ConfigureAwait(false);
        else
            await stream.WriteAsync(answer).ConfigureAwait(false);
    }

    private byte[] Prove(PortTarget current, byte[] proof)
    {
        if (current.Key is not { } key)
            return Done([]);
        if (!CryptographicOperations.FixedTimeEquals(proof, PortProtocol.Proof(key, _nonce)))
            return PortProtocol.Refusal(PortStatus.NoKey, "the key is wrong");
        _proven = key;
        return Done([]);
    }

    // A reload may bring another key: who has only shown the one before has to show this one.
    private bool HasProven(byte[] key) => _proven is not null && CryptographicOperations.FixedTimeEquals(_proven, key);

    private static byte[]? Compare(RotatingFilter filter, byte[] payload)
    {
        var other = PortSettings.Parse(payload).Filter;
        return other == filter.Settings ? null : PortProtocol.Refusal(PortStatus.Refused, $"other settings: {other}; here {filter.Settings}");
    }

    private static byte[] Add(RotatingFilter filter, byte[] payload)
    {
        // Nothing of a batch that is broken counts.
        var all = new ElementList(payload);
        while (all.TryNext(out _))
        {
        }
        var list = new ElementList(payload);
        while (list.TryNext(out var element))
            filter.Add(element);
        return Done([]);
    }

    private static byte[] Check(RotatingFilter filter, byte[] payload)
    {
        var found = new List<byte>();
        var list = new ElementList(payload);
        while (list.TryNext(out var element))
            found.Add(filter.Has(element) ? (byte)1 : (byte)0);
        return Done([.. found]);
    }

    private async Task<byte[]> UniteAsync(RotatingFilter filter, byte[] payload)
    {
        stream.Allow(PortStream.ContentTime);
        var settings = PortSettings.Parse(payload);
        var content = new ChunkStream(stream);
        if (settings.Filter != filter.Settings)
        {
            await content.SkipAsync().ConfigureAwait(false);
            return PortProtocol.Refusal(PortStatus.Refused, $"other settings: {settings.Filter}; here {filter.Settings}");
        }
        await FilterContent.MergeAsync(content, filter.Filters, CancellationToken.None).ConfigureAwait(false);
        await content.SkipAsync().ConfigureAwait(false);
        filter.NoteChange();
        if (settings.IsLeader)
            filter.Follow(settings.Age);
        var capacity = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(capacity, filter.Capacity);
        return Done(capacity);
    }

    private async Task SendAsync(RotatingFilter filter)
    {
        stream.Allow(PortStream.ContentTime);
        await stream.WriteAsync(Done(new PortSettings(filter.Settings, filter.Age).ToJson())).ConfigureAwait(false);
        var content = new ChunkStream(stream);
        await FilterContent.WriteAsync(filter.Filters, content, CancellationToken.None).ConfigureAwait(false);
        await content.EndAsync().ConfigureAwait(false);
    }

    private static byte[] Done(ReadOnlySpan<byte> payload) => PortProtocol.Frame((byte)PortStatus.Done, payload);
}
