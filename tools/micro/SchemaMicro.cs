using System.Diagnostics;
using System.Globalization;
using KrakenPlugins.JsonSchemaValidation.Definitions;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Micro;

/// <summary>The validation of request bodies: time and allocation per body.</summary>
internal static class SchemaMicro
{
    private const string Items = """
        {"type":"array","items":{"type":"object","required":["id","name","price"],"additionalProperties":false,"properties":{
          "id":{"type":"integer","minimum":0},"name":{"type":"string","pattern":"^Item","maxLength":40},"price":{"type":"number"},"in_stock":{"type":"boolean"},"category":{"enum":["books","music"]}}}}
        """;

    private const string Flat = """{"type":"object","required":["id","title"],"properties":{"id":{"type":"integer"},"title":{"type":"string","minLength":1},"price":{"type":"number","minimum":0}}}""";

    public static void Run()
    {
        Measure("1 KB, one object", Flat, Documents.Flat());
        Measure("10 KB, 120 objects", Items, Documents.Array(120));
        Measure("1 MB, 12,000 objects", Items, Documents.Array(12_000));
        Measure("10 KB, the first item does not match", Items.Replace("\"books\"", "\"films\"", StringComparison.Ordinal), Documents.Array(120));
    }

    private static void Measure(string name, string schema, byte[] body)
    {
        var node = JsonConfigReader.Read("schema.json", schema, new ConfigDiagnostics())!;
        var compiled = CompiledSchema.Compile(node, ConfigPath.Root);
        var warm = Stopwatch.StartNew();
        while (warm.ElapsedMilliseconds < 1_500)
            compiled.FaultsOf(body);
        var best = double.MaxValue;
        var count = Math.Max(1, 5_000_000 / body.Length);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 10; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++)
                compiled.FaultsOf(body);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMicroseconds / count);
        }
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (10L * count);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40} {best,10:f1} us {body.Length / best,8:f0} MB/s {allocated,8} B"));
    }
}
