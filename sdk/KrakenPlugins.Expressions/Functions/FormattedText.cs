using System.Globalization;
using System.Text;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>Any value as <c>%s</c> writes it: maps in the order of their keys' texts.</summary>
internal static class FormattedText
{
    private const int MaxDepth = 100;

    public static CelValue Append(ref CelContext context, StringBuilder text, in CelValue value, int depth)
    {
        if (!context.TryCharge(1) || depth > MaxDepth || text.Length > CelErrors.MaxLength)
            return CelContext.CostExceeded;
        switch (value.Kind)
        {
            case CelKind.String:
                if (!context.TryChargeText(value.RawString.Length))
                    return CelContext.CostExceeded;
                text.Append(value.RawString);
                return default;
            case CelKind.Bytes:
                if (!context.TryChargeText(value.AsBytes.Length))
                    return CelContext.CostExceeded;
                text.Append(Encoding.UTF8.GetString(value.AsBytes));
                return default;
            case CelKind.List:
                return List(ref context, text, value.RawList, depth + 1);
            case CelKind.Map:
                return Map(ref context, text, value.RawMap, depth + 1);
            default:
                return Scalar(text, value);
        }
    }

    private static CelValue Scalar(StringBuilder text, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Null:
                text.Append("null");
                break;
            case CelKind.Bool:
                text.Append(value.IsTrue ? "true" : "false");
                break;
            case CelKind.Int:
                text.Append(CultureInfo.InvariantCulture, $"{value.Bits}");
                break;
            case CelKind.Uint:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsUint}");
                break;
            case CelKind.Double:
                text.Append(double.IsInfinity(value.RawDouble) ? value.RawDouble > 0 ? "Infinity" : "-Infinity" : DoubleText.Format(value.RawDouble));
                break;
            case CelKind.Timestamp or CelKind.Duration:
                text.Append(CelTime.Format(value));
                break;
            case CelKind.Type:
                text.Append(value.AsType.Name);
                break;
            case CelKind.Error:
                return value;
            default:
                return CelValue.Error(CelErrorCode.BadArgument, "error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
                    + $"durations, and timestamps, was given {value.Type.Name}");
        }
        return default;
    }

    private static CelValue List(ref CelContext context, StringBuilder text, CelList list, int depth)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (Append(ref context, text, list[i], depth) is { IsError: true } error)
                return error;
        }
        text.Append(']');
        return default;
    }

    private static CelValue Map(ref CelContext context, StringBuilder text, CelMap map, int depth)
    {
        if (!context.TryCharge(map.Count * 4L))
            return CelContext.CostExceeded;
        var entries = new List<(string Key, CelValue Value)>(map.Count);
        using (var keys = new MapKeys(map))
        {
            foreach (ref readonly var key in keys.Span)
            {
                var name = new StringBuilder();
                if (Append(ref context, name, key, depth) is { IsError: true } error)
                    return error;
                if (map.TryGet(key, out var value))
                    entries.Add((name.ToString(), value));
            }
        }
        entries.Sort(static (a, b) => CelOrder.CompareText(a.Key, b.Key));
        text.Append('{');
        for (var i = 0; i < entries.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(entries[i].Key).Append(": ");
            if (Append(ref context, text, entries[i].Value, depth) is { IsError: true } error)
                return error;
        }
        text.Append('}');
        return default;
    }
}
