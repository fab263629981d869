using System.IO.Compression;
using Gateway.Testing;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Port.Gob;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.Port;

/// <summary>What clients of the original send, byte by byte.</summary>
public sealed class RpcTests : IAsyncLifetime
{
    private const string RequestType = "2f ff81 03 01 01 07 'Request' 01 ff82 00 01 02 01 0d 'ServiceMethod' 01 0c 00 01 03 'Seq' 01 06 00 00 00";
    private const string ListType = "17 ff85 02 01 01 09 '[][]uint8' 01 ff86 00 01 0a 00 00";
    private const string ResponseType = "3a ff81 03 01 01 08 'Response' 01 ff82 00 01 03 01 0d 'ServiceMethod' 01 0c 00 01 03 'Seq' 01 06 00 01 05 'Error' 01 0c 00 00 00";

    private readonly Wire _wire = new();

    [Fact, Spec("AUT-072", "AUT-073")]
    public async Task Add_takes_a_batch_and_answers_their_number()
    {
        using var socket = await _wire.ConnectAsync();
        var request = Wire.Bytes($"{RequestType} 19 ff82 01 12 'BloomfilterRPC.Add' 01 01 00 21 ff83 03 01 01 08 'AddInput' 01 ff84 00 01 01 01 05 'Elems' 01 ff86 00 00 00 {ListType} 11 ff84 01 02 05 'jti-a' 05 'jti-b' 00");
        var expected = Wire.Bytes($"{ResponseType} 19 ff82 01 12 'BloomfilterRPC.Add' 01 01 00 21 ff85 03 01 01 09 'AddOutput' 01 ff86 00 01 01 01 05 'Count' 01 04 00 00 00 05 ff86 01 04 00");

        var answer = await Wire.CallAsync(socket, request, expected.Length);

        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(answer));
        Assert.True(_wire.Filter.Has("jti-a"u8));
        Assert.True(_wire.Filter.Has("jti-b"u8));
        Assert.False(_wire.Filter.Has("jti-c"u8));
    }

    [Fact, Spec("AUT-072", "AUT-073")]
    public async Task Check_answers_for_each_element_and_types_are_described_once_per_connection()
    {
        _wire.Filter.Add("jti-a"u8);
        using var socket = await _wire.ConnectAsync();
        // The first request of a client has the number 0, which is left out.
        var first = Wire.Bytes($"{RequestType} 19 ff82 01 14 'BloomfilterRPC.Check' 00 23 ff83 03 01 01 0a 'CheckInput' 01 ff84 00 01 01 01 05 'Elems' 01 ff86 00 00 00 {ListType} 11 ff84 01 02 05 'jti-a' 05 'jti-b' 00");
        var expected = Wire.Bytes($"{ResponseType} 19 ff82 01 14 'BloomfilterRPC.Check' 00 25 ff87 03 01 01 0b 'CheckOutput' 01 ff88 00 01 01 01 06 'Checks' 01 ff8a 00 00 00 14 ff89 02 01 01 06 '[]bool' 01 ff8a 00 01 02 00 00 07 ff88 01 02 01 00 00");

        var answer = await Wire.CallAsync(socket, first, expected.Length);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(answer));

        var second = Wire.Bytes("1b ff82 01 14 'BloomfilterRPC.Check' 01 01 00 0b ff84 01 01 05 'jti-b' 00");
        var again = Wire.Bytes("1b ff82 01 14 'BloomfilterRPC.Check' 01 01 00 06 ff88 01 01 00 00");
        Assert.Equal(Convert.ToHexString(again), Convert.ToHexString(await Wire.CallAsync(socket, second, again.Length)));
    }

    [Fact, Spec("AUT-073")]
    public async Task An_unknown_method_is_answered_with_an_error_and_the_connection_goes_on()
    {
        using var socket = await _wire.ConnectAsync();
        var request = Wire.Bytes($"{RequestType} 0b ff82 01 04 'X.Do' 01 09 00 21 ff83 03 01 01 08 'AddInput' 01 ff84 00 01 01 01 05 'Elems' 01 ff86 00 00 00 {ListType} 03 ff84 00");

        var answer = await Wire.CallAsync(socket, request, 100);

        Assert.Contains("can't find method X.Do", System.Text.Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-072", "AUT-073")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Union_adds_the_callers_filters_compressed_or_not(bool isCompressed)
    {
        using var other = new RotatingFilter(Wire.Settings, TimeProvider.System);
        other.Add("jti-u"u8);
        using var socket = await _wire.ConnectAsync();

        var answer = await Wire.CallAsync(socket, Union(other, Wire.Settings, isCompressed), 140);

        Assert.Contains("UnionOutput", System.Text.Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
        Assert.True(_wire.Filter.Has("jti-u"u8));
    }

    [Theory, Spec("AUT-072", "AUT-073")]
    [InlineData(1001, 0.0001, 100, "optimal", "different N")]
    [InlineData(1000, 0.0002, 100, "optimal", "different P")]
    [InlineData(1000, 0.0001, 100, "default", "different hash_name")]
    public async Task Union_is_refused_when_settings_differ(long count, double probability, long ttl, string hash, string reason)
    {
        var settings = new FilterSettings(count, probability, ttl, FilterSettings.ParseHash(hash)!.Value);
        using var other = new RotatingFilter(settings, TimeProvider.System);
        other.Add("jti-u"u8);
        using var socket = await _wire.ConnectAsync();

        var answer = await Wire.CallAsync(socket, Union(other, settings, true), 120);

        Assert.Contains(reason, System.Text.Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
        Assert.False(_wire.Filter.Has("jti-u"u8));
    }

    [Fact, Spec("AUT-251")]
    public async Task A_bomb_of_gzip_is_refused_at_the_size_of_three_filters()
    {
        using var socket = await _wire.ConnectAsync();
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var i = 0; i < 20; i++)
                gzip.Write(new byte[1 << 20]);
        }

        await socket.SendAsync(UnionRequest(bomb.ToArray()));

        Assert.True(await Wire.IsClosedAsync(socket));
    }

    [Fact, Spec("AUT-257")]
    public async Task Gob_knows_no_key_and_is_refused_where_one_is_asked_for()
    {
        await using var wire = new Wire("secret"u8.ToArray());
        using var socket = await wire.ConnectAsync();

        await socket.SendAsync(Wire.Bytes(RequestType));

        Assert.True(await Wire.IsClosedAsync(socket));
    }

    [Fact, Spec("AUT-257")]
    public async Task Gob_ends_with_the_reload_that_asks_for_a_key()
    {
        using var socket = await _wire.ConnectAsync();
        var first = Wire.Bytes($"{RequestType} 19 ff82 01 14 'BloomfilterRPC.Check' 00 23 ff83 03 01 01 0a 'CheckInput' 01 ff84 00 01 01 01 05 'Elems' 01 ff86 00 00 00 {ListType} 11 ff84 01 02 05 'jti-a' 05 'jti-b' 00");
        Assert.Equal(10, (await Wire.CallAsync(socket, first, 10)).Length);

        _wire.Attach("secret"u8.ToArray());
        await socket.SendAsync(Wire.Bytes("1b ff82 01 14 'BloomfilterRPC.Check' 01 01 00 0b ff84 01 01 05 'jti-b' 00"));

        Assert.True(await Wire.IsClosedAsync(socket));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _wire.DisposeAsync();

    private static byte[] Union(RotatingFilter filter, FilterSettings settings, bool isCompressed)
    {
        var config = new GobWriter().UInt(1).UInt(1).UInt((ulong)settings.Count).UInt(1).Float(settings.Probability).UInt(1).Text(settings.HashText).UInt(0).UInt(1).UInt((ulong)settings.Ttl).UInt(0).ToArray();
        // The previous filter of a caller that has never rotated is one of three bits.
        var value = new List<byte>(new GobWriter().Int(65).UInt(1).Bytes(Filter([7], 3, 2, settings)).UInt(1).Bytes(Content(filter.Filters.Current, settings)).UInt(1).Bytes(Content(filter.Filters.Next, settings)).UInt(1).ToArray());
        value.AddRange(config);
        value.Add(0);
        byte[] stream =
        [
            .. GobWriter.Struct(65, "SerializibleBloomfilter", ("Previous", 66), ("Current", 66), ("Next", 66), ("Config", 67)),
            .. Opaque(66, "Bloomfilter"),
            .. GobWriter.Struct(67, "Config", ("Config", 68), ("TTL", GobTypes.UInt)),
            .. GobWriter.Struct(68, "Config", ("N", GobTypes.UInt), ("P", GobTypes.Float), ("HashName", GobTypes.Text)),
            .. new GobWriter().Bytes(value.ToArray()).ToArray(),
        ];
        return UnionRequest(isCompressed ? Gzip(stream) : stream);
    }

    private static byte[] UnionRequest(byte[] filters) =>
    [
        .. Wire.Bytes($"{RequestType} 1b ff82 01 14 'BloomfilterRPC.Union' 01 01 00"),
        .. GobWriter.Struct(70, "UnionInput", ("BF", 71)),
        .. Opaque(71, "Bloomfilter"),
        .. new GobWriter().Int(70).UInt(1).Bytes(filters).UInt(0).ToMessage(),
    ];

    private static byte[] Content(BitFilter filter, FilterSettings settings)
    {
        var content = new byte[(filter.ByteCount + 7) / 8 * 8];
        filter.CopyTo(0, content);
        return Filter(content[..(int)filter.ByteCount], (ulong)settings.Bits, (ulong)settings.Hashes, settings);
    }

    private static byte[] Filter(byte[] content, ulong bits, ulong hashes, FilterSettings settings) =>
    [
        .. GobWriter.Struct(65, "SerializibleBloomfilter", ("BS", GobTypes.Bytes), ("M", GobTypes.UInt), ("K", GobTypes.UInt), ("HashName", GobTypes.Text)),
        .. new GobWriter().Int(65).UInt(1).Bytes(content).UInt(1).UInt(bits).UInt(1).UInt(hashes).UInt(1).Text(settings.HashText).UInt(0).ToMessage(),
    ];

    private static byte[] Opaque(int id, string name) => new GobWriter().Int(-id).UInt(6).UInt(1).UInt(1).Text(name).UInt(1).Int(id).UInt(0).UInt(0).UInt(0).ToMessage();

    private static byte[] Gzip(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return result.ToArray();
    }
}
