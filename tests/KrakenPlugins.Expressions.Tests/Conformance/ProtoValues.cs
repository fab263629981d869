using System.Globalization;

namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>Values of the suite (<c>cel.expr.Value</c>) as those of the engine, and its strict comparison: types count, NaN equals NaN.</summary>
internal static class ProtoValues
{
    public static CelValue Read(ProtoMessage value)
    {
        var field = Assert.Single(value.Fields);
        return field.Name switch
        {
            "null_value" => CelValue.Null,
            "bool_value" => CelValue.Of(field.Text == "true"),
            "int64_value" => CelValue.Of(ReadInteger(field.Text)),
            "uint64_value" => CelValue.Of(ulong.Parse(field.Text, CultureInfo.InvariantCulture)),
            "double_value" => CelValue.Of(ReadDouble(field.Text)),
            "string_value" => CelValue.Of(field.Text),
            "bytes_value" => CelValue.OfBytes(field.Bytes!),
            "list_value" => CelValue.OfList([.. field.Message!.Messages("values").Select(Read)]),
            "map_value" => CelValue.OfMap([.. field.Message!.Messages("entries").Select(e => KeyValuePair.Create(Read(e.Message("key")!), Read(e.Message("value")!)))]),
            "type_value" => CelValue.OfType(ProtoTypes.Named(field.Text)),
            "object_value" => ReadObject(Assert.Single(field.Message!.Fields)),
            _ => throw new NotSupportedException($"the value {field.Name}"),
        };
    }

    public static void AssertSame(CelValue expected, CelValue actual)
    {
        if (!AreSame(expected, actual))
            Assert.Fail($"expected {expected} ({expected.Kind}), got {actual} ({actual.Kind})");
    }

    private static bool AreSame(in CelValue expected, in CelValue actual)
    {
        if (expected.Kind != actual.Kind)
            return false;
        return expected.Kind switch
        {
            CelKind.Double => expected.AsDouble.Equals(actual.AsDouble),
            CelKind.List => AreSame(expected.AsList, actual.AsList),
            CelKind.Map => AreSame(expected.AsMap, actual.AsMap),
            CelKind.Type => expected.AsType.Name == actual.AsType.Name,
            _ => expected == actual,
        };
    }

    private static bool AreSame(CelList expected, CelList actual)
    {
        if (expected.Count != actual.Count)
            return false;
        for (var i = 0; i < expected.Count; i++)
        {
            if (!AreSame(expected[i], actual[i]))
                return false;
        }
        return true;
    }

    private static bool AreSame(CelMap expected, CelMap actual)
    {
        if (expected.Count != actual.Count)
            return false;
        var (expectedKeys, actualKeys) = (KeysOf(expected), KeysOf(actual));
        return expectedKeys.All(key =>
            actualKeys.Exists(k => AreSame(key, k)) && expected.TryGet(key, out var wanted) && actual.TryGet(key, out var value) && AreSame(wanted, value));
    }

    private static List<CelValue> KeysOf(CelMap map)
    {
        var keys = new CelValue[map.Count];
        map.CopyKeysTo(keys);
        return [.. keys];
    }

    private static CelValue ReadObject(ProtoField content)
    {
        var seconds = content.Message!.Text("seconds") is { Length: > 0 } s ? ReadInteger(s) : 0;
        var nanos = content.Message.Text("nanos") is { Length: > 0 } n ? (int)ReadInteger(n) : 0;
        return content.Name switch
        {
            "[type.googleapis.com/google.protobuf.Timestamp]" => CelValue.OfTimestamp(seconds, nanos),
            "[type.googleapis.com/google.protobuf.Duration]" => CelValue.OfDuration(seconds, nanos),
            _ => throw new NotSupportedException($"the message {content.Name}"),
        };
    }

    private static long ReadInteger(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) ? long.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : long.Parse(text, CultureInfo.InvariantCulture);

    private static double ReadDouble(string text) => text.ToLowerInvariant() switch
    {
        "inf" or "infinity" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        "nan" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };
}
