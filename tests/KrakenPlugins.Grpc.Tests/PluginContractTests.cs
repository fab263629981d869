using System.Diagnostics;
using System.Globalization;
using KrakenPlugins.Grpc.Tests.Testing;
using KrakenPlugins.Grpc.Wire;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests;

/// <summary>The files of <c>proto/</c>, as protoc compiles them.</summary>
public sealed class PluginContractTests
{
    private static readonly string s_proto = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "proto"));

    [Fact]
    [Spec("GRP-090")]
    public async Task The_contract_of_plugins_only_grows()
    {
        var recorded = await File.ReadAllLinesAsync(Path.Combine(s_proto, "krakenplugins", "plugin", "v1", "contract.txt"));

        var current = Lines(await CompileAsync());

        Assert.Empty(recorded.Except(current));
        // What is new is recorded with the change that brings it.
        Assert.Empty(current.Except(recorded));
    }

    [Fact]
    [Spec("GRP-091")]
    public async Task Names_follow_one_rule()
    {
        foreach (var line in Lines(await CompileAsync()))
        {
            var (kind, name, number) = (line.Split(' ')[0], line.Split(' ')[1], line.Split(' ')[2]);
            var last = name[(name.LastIndexOf('.') + 1)..];
            switch (kind)
            {
                case "value":
                    var enumeration = name[..name.LastIndexOf('.')];
                    var prefix = string.Concat(enumeration.Select(static (letter, i) => char.IsUpper(letter) && i > 0 ? $"_{letter}" : char.ToUpperInvariant(letter).ToString())) + "_";
                    Assert.StartsWith(prefix, last, StringComparison.Ordinal);
                    Assert.Equal(number == "0", last == prefix + "UNSPECIFIED");
                    break;
                case "field":
                    Assert.Matches("^[a-z][a-z0-9_]*$", last);
                    break;
                case "rpc":
                    Assert.Equal($"{last}Request", number);
                    Assert.Equal($"{last}Response", line.Split(' ')[3]);
                    break;
                default:
                    Assert.Fail(line);
                    break;
            }
        }
    }

    private static async Task<byte[]> CompileAsync()
    {
        var target = Path.GetTempFileName();
        using var protoc = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-m", "grpc_tools.protoc", $"-I{s_proto}", $"--descriptor_set_out={target}",
            .. Directory.GetFiles(s_proto, "*.proto", SearchOption.AllDirectories).Order(StringComparer.Ordinal)])
        { RedirectStandardError = true })!;
        var errors = await protoc.StandardError.ReadToEndAsync().InTime();
        await protoc.WaitForExitAsync().InTime();
        Assert.Equal("", errors);
        var set = await File.ReadAllBytesAsync(target);
        File.Delete(target);
        return set;
    }

    // `field Message.name number type`, `value Enum.NAME number`, `rpc Service.Name Request Response`.
    private static List<string> Lines(byte[] set)
    {
        var lines = new List<string>();
        Each(set, 1, file =>
        {
            Each(file, 4, message => Each(message, 2, field => lines.Add($"field {Text(message, 1)}.{Text(field, 1)} {Number(field, 3)} {Type(field)}")));
            Each(file, 5, type => Each(type, 2, value => lines.Add($"value {Text(type, 1)}.{Text(value, 1)} {Number(value, 2)}")));
            Each(file, 6, service => Each(service, 2, method =>
                lines.Add($"rpc {Text(service, 1)}.{Text(method, 1)} {Short(Text(method, 2))} {Short(Text(method, 3))}")));
        });
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    // The label and type by their numbers in descriptor.proto; named types by their names.
    private static string Type(byte[] field) => $"{Number(field, 4)}:{Number(field, 5)}{(Text(field, 6) is { Length: > 0 } name ? ":" + Short(name) : "")}";

    private static string Short(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static void Each(byte[] bytes, int field, Action<byte[]> found)
    {
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == field)
                found(reader.Bytes().ToArray());
            else
                reader.Skip();
        }
        Assert.False(reader.IsBroken);
    }

    private static string Text(byte[] bytes, int field)
    {
        var text = "";
        Each(bytes, field, value => text = System.Text.Encoding.UTF8.GetString(value));
        return text;
    }

    private static string Number(byte[] bytes, int field)
    {
        var reader = new WireReader(bytes);
        var number = 0;
        while (reader.Next())
        {
            if (reader.Field == field)
                number = reader.Int32();
            else
                reader.Skip();
        }
        return number.ToString(CultureInfo.InvariantCulture);
    }
}
