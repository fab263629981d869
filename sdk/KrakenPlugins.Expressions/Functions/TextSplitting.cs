using System.Text;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary><c>split</c>, <c>join</c>, <c>replace</c>. A limit below 0 is none.</summary>
internal static class TextSplitting
{
    public static CelValue Split(ref CelContext context, string text, string by, long limit)
    {
        if (limit == 0)
            return CelValue.OfList(ArrayList.Empty);
        if (limit == 1)
            return CelValue.OfList(CelValue.Of(text));
        if (!TextFunctions.TryChargeSearch(ref context, text, by))
            return CelContext.CostExceeded;
        var parts = new List<CelValue>();
        var at = 0;
        while (limit < 0 || parts.Count < limit - 1)
        {
            var end = by.Length > 0 ? text.IndexOf(by, at, StringComparison.Ordinal) : at < text.Length ? at + CodePoints.Length(text, at) : -1;
            // With an empty separator the last character is not followed by an empty part.
            if (end < 0 || by.Length == 0 && end == text.Length)
                break;
            if (!context.TryCharge(2 + (end - at) / 8))
                return CelContext.CostExceeded;
            parts.Add(CelValue.Of(text[at..end]));
            at = end + by.Length;
        }
        if (by.Length > 0 || at < text.Length)
            parts.Add(CelValue.Of(text[at..]));
        return context.TryChargeText(text.Length - at) ? CelValue.OfList([.. parts]) : CelContext.CostExceeded;
    }

    public static CelValue Join(ref CelContext context, CelList list, string by)
    {
        var joined = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            var part = list[i];
            if (part.Kind != CelKind.String)
                return part.IsError ? part : CelErrors.NoSuchOverload("join", part);
            if (!context.TryChargeText(part.RawString.Length + (long)by.Length) || joined.Length > CelErrors.MaxLength)
                return CelContext.CostExceeded;
            joined.Append(i == 0 ? "" : by).Append(part.RawString);
        }
        return CelValue.Of(joined.ToString());
    }

    public static CelValue Replace(ref CelContext context, string text, string old, string with, long limit)
    {
        if (!TextFunctions.TryChargeSearch(ref context, text, old))
            return CelContext.CostExceeded;
        var result = new StringBuilder();
        var at = 0;
        for (var count = 0L; limit < 0 || count < limit; count++)
        {
            // An empty text is found before every character and at the end.
            var found = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal) : Boundary(text, at, count);
            if (found < 0)
                break;
            if (!context.TryChargeText(found - at + (long)with.Length) || result.Length > CelErrors.MaxLength)
                return CelContext.CostExceeded;
            result.Append(text, at, found - at).Append(with);
            at = found + old.Length;
        }
        if (result.Length == 0 && at == 0)
            return CelValue.Of(text);
        return context.TryChargeText(text.Length) ? CelValue.Of(result.Append(text, at, text.Length - at).ToString()) : CelContext.CostExceeded;
    }

    private static int Boundary(string text, int at, long count)
    {
        if (count == 0)
            return 0;
        return at < text.Length ? at + CodePoints.Length(text, at) : -1;
    }
}
