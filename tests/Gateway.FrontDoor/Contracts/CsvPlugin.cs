using System.Buffers;
using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.FrontDoor.Contracts;

/// <summary>
/// A table with a header line, read and written: <c>{"rows":[{"name":"value"}]}</c>. With <c>is_collection</c> the rows stand under
/// <c>collection</c>; a body of one dash is a <c>null</c> document.
/// </summary>
internal sealed class CsvPlugin : GatewayPlugin
{
    public override void Register(IPluginRegistry registry)
    {
        registry.Decoder("csv", static (backend, context, diagnostics) =>
        {
            if (backend["fail"] is { } fault)
                diagnostics.Error(fault.Position, "fail", $"the decoder of {context.UrlPattern} does not like this");
            return backend["none"] is null ? new CsvDecoder(backend["is_collection"] is { Kind: ConfigKind.Boolean, Text: "true" } ? "collection" : "rows").Decode : null;
        });
        registry.Render("csv", static (endpoint, _, _) => new CsvRender(endpoint["separator"]?.Text ?? ","));
        registry.Render("yaml", static (_, _, _) => new FixedRender("application/yaml; charset=utf-8", "{}\n"));
    }

    private sealed class CsvDecoder(string name)
    {
        public bool Decode(PooledBytes body, out Payload? payload, out string? error)
        {
            payload = null;
            error = null;
            var lines = Encoding.UTF8.GetString(body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            body.Dispose();
            if (lines is ["-"])
                return true;
            if (lines is ["?"])
                return false;
            var rows = new DataArray();
            var header = lines.Length == 0 ? [] : lines[0].Split(',');
            for (var i = 1; i < lines.Length; i++)
            {
                var fields = lines[i].Split(',');
                if (fields.Length != header.Length)
                {
                    error = $"line {i + 1} has {fields.Length} fields and not {header.Length}";
                    return false;
                }
                var row = new DataObject();
                for (var f = 0; f < fields.Length; f++)
                    row[header[f]] = new DataString(fields[f]);
                rows.Add(row);
            }
            payload = new TreePayload(new DataObject { [name] = rows });
            return true;
        }
    }

    private sealed class CsvRender(string separator) : IBodyRender
    {
        public string ContentType => "text/csv; charset=utf-8";

        public void Write(Payload? data, IBufferWriter<byte> output)
        {
            if (data?.Tree["rows"] is not DataArray rows)
                throw new InvalidOperationException("there are no rows to write");
            var isFirst = true;
            foreach (var row in rows.Items.Cast<DataObject>())
            {
                var names = row.Members.Keys.Order(StringComparer.Ordinal).ToArray();
                if (isFirst)
                    Line(output, names);
                isFirst = false;
                Line(output, names.Select(name => ((DataString)row[name]!).Value));
            }
        }

        private void Line(IBufferWriter<byte> output, IEnumerable<string> fields) => Encoding.UTF8.GetBytes(string.Join(separator, fields) + "\n", output);
    }

    private sealed class FixedRender(string type, string text) : IBodyRender
    {
        public string ContentType => type;

        public void Write(Payload? data, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(text, output);
    }
}
