using System.Diagnostics;
using System.Globalization;
using Gateway.Core.Json;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Micro;

/// <summary>The JSON engine alone: time and allocation per document.</summary>
internal static class JsonMicro
{
    public static void Run()
    {
        var unsorted = Documents.Nested(100_000, isSorted: false);
        var sorted = Documents.Nested(100_000, isSorted: true);
        var array = Documents.Array(120);
        var flat = Documents.Flat();

        var deny = new JsonShape(new JsonShapeOptions { Deny = ["customer_00007.address.zip"] });
        var plain = new JsonShape(new JsonShapeOptions());
        var collection = new JsonShape(new JsonShapeOptions { IsCollection = true });
        var allow = new JsonShape(new JsonShapeOptions { Allow = ["id", "title", "price", "attribute_9"] });
        var groups = new[] { "a", "b", "c" }.Select(g => new JsonShape(new JsonShapeOptions { Group = g })).ToArray();

        Measure("a  100 KB unsorted, one deny", unsorted.Length, output => One(deny, unsorted, output));
        Measure("b1 100 KB canonical, one deny", sorted.Length, output => One(deny, sorted, output));
        Measure("b2 100 KB canonical", sorted.Length, output => One(plain, sorted, output));
        Measure("c  10 KB array of 120 objects", array.Length, output => One(collection, array, output));
        Measure("d  1 KB, allow four", flat.Length, output => One(allow, flat, output));
        Measure("e  merge of three groups, 1 KB each", 3 * flat.Length, output =>
        {
            var parts = new Payload[3];
            for (var i = 0; i < parts.Length; i++)
                parts[i] = Shaped(groups[i], flat);
            using var merged = MergedPayload.Merge(parts);
            merged.WriteJson(output);
        });
    }

    private static Payload Shaped(JsonShape shape, byte[] document)
    {
        // What the transport does in any case: the body in a buffer from the pool. Its cost is part of the figures.
        var body = new PooledBytes(document.Length + 256);
        body.Write(document);
        return shape.TryShape(body, out var payload, out var error) ? payload! : throw new InvalidOperationException(error);
    }

    private static void One(JsonShape shape, byte[] document, PooledBytes output)
    {
        using var payload = Shaped(shape, document);
        payload.WriteJson(output);
    }

    private static void Measure(string name, int bytes, Action<PooledBytes> run)
    {
        using var output = new PooledBytes(256 * 1024);
        var warm = Stopwatch.StartNew();
        while (warm.ElapsedMilliseconds < 1_500)
            Repeat(run, output, 50);
        var count = 50;
        var best = double.MaxValue;
        long allocated = 0;
        for (var round = 0; round < 40; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.GetTimestamp();
            Repeat(run, output, count);
            var elapsed = Stopwatch.GetElapsedTime(watch).TotalMicroseconds;
            best = Math.Min(best, elapsed / count);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
            if (elapsed < 20_000)
                count *= 2;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-38} {bytes,8} B {best,9:f2} us {bytes / best,8:f0} MB/s {allocated,6} B allocated"));
    }

    private static void Repeat(Action<PooledBytes> run, PooledBytes output, int count)
    {
        for (var i = 0; i < count; i++)
        {
            output.Clear();
            run(output);
        }
    }
}
