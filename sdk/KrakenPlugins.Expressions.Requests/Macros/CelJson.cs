using System.Globalization;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>
/// Values as JSON: bytes in base64, timestamps in RFC 3339, durations in seconds (<c>"1.5s"</c>), keys of maps as texts; types, infinite
/// numbers and errors have no JSON.
/// </summary>
internal static class CelJson
{
    /// <summary>Steps that a value may cost in a log line.</summary>
    public const int LogSteps = 2_000;

    private const int MaxSteps = 100_000;
    private const int MaxDepth = 100;

    /// <summary>The text of a value, unless it is too long or holds something that has none.</summary>
    public static bool TryWrite(in CelValue value, long steps, out string text)
    {
        if (TryRead(value, 0, ref steps, out var node, out _))
        {
            text = DataJson.ToString(node);
            return true;
        }
        text = "";
        return false;
    }

    /// <summary>The value as data, within the limits of an evaluation.</summary>
    public static bool TryRead(ref CelContext context, in CelValue value, out DataNode node, out CelValue error)
    {
        var steps = (long)MaxSteps;
        var isGood = TryRead(value, 0, ref steps, out node, out error);
        if (context.TryCharge(MaxSteps - steps))
            return isGood;
        error = CelContext.CostExceeded;
        return false;
    }

    private static bool TryRead(in CelValue value, int depth, ref long steps, out DataNode node, out CelValue error)
    {
        node = DataNull.Instance;
        error = default;
        if (--steps < 0)
        {
            error = CelContext.CostExceeded;
            return false;
        }
        switch (value.Kind)
        {
            case CelKind.Null:
                return true;
            case CelKind.Bool:
                node = DataBoolean.Of(value.AsBool);
                return true;
            case CelKind.Int:
                node = DataNumber.Of(value.AsInt);
                return true;
            case CelKind.Uint:
                node = new DataNumber(value.AsUint.ToString(CultureInfo.InvariantCulture));
                return true;
            case CelKind.Double when double.IsFinite(value.AsDouble):
                node = new DataNumber(value.AsDouble.ToString("R", CultureInfo.InvariantCulture));
                return true;
            case CelKind.String:
                steps -= value.AsString.Length / 8;
                node = new DataString(value.AsString);
                return true;
            case CelKind.Bytes:
                steps -= value.AsBytes.Length / 4;
                node = new DataString(Convert.ToBase64String(value.AsBytes));
                return true;
            case CelKind.Timestamp:
                node = new DataString(DateTimeOffset.FromUnixTimeSeconds(value.Seconds).AddTicks(value.Nanos / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
                return true;
            case CelKind.Duration:
                node = new DataString(string.Create(CultureInfo.InvariantCulture, $"{value.Seconds + value.Nanos / 1_000_000_000m}s"));
                return true;
            case CelKind.List when depth < MaxDepth:
                return TryReadList(value.AsList, depth, ref steps, out node, out error);
            case CelKind.Map when depth < MaxDepth:
                return TryReadMap(value.AsMap, depth, ref steps, out node, out error);
            default:
                error = value.IsError ? value : CelValue.Error(CelErrorCode.BadConversion, $"a value of the type {value.Type} has no JSON");
                return false;
        }
    }

    private static bool TryReadList(CelList list, int depth, ref long steps, out DataNode node, out CelValue error)
    {
        var array = new DataArray();
        node = array;
        error = default;
        for (var i = 0; i < list.Count; i++)
        {
            if (!TryRead(list[i], depth + 1, ref steps, out var item, out error))
                return false;
            array.Add(item);
        }
        return true;
    }

    private static bool TryReadMap(CelMap map, int depth, ref long steps, out DataNode node, out CelValue error)
    {
        var members = new DataObject();
        node = members;
        steps -= map.Count;
        if (steps < 0)
        {
            error = CelContext.CostExceeded;
            return false;
        }
        var keys = new CelValue[map.Count];
        map.CopyKeysTo(keys);
        foreach (var key in keys)
        {
            error = default;
            if (!map.TryGet(key, out var value))
                continue;
            if (!TryRead(value, depth + 1, ref steps, out var item, out error))
                return false;
            members[key.Kind == CelKind.String ? key.AsString : key.ToString()] = item;
        }
        error = default;
        return true;
    }
}
