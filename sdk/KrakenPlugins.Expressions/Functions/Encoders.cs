using System.Buffers.Text;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary><c>base64.encode</c>, <c>base64.decode</c>.</summary>
internal static class Encoders
{
    public static IEnumerable<CelFunction> Create() =>
    [
        new("base64.encode", CelOverload.Global("base64_encode_bytes", CelType.String, CelType.Bytes, static (ref context, in a) =>
            context.TryChargeText(a.AsBytes.Length * 4L / 3) ? CelValue.Of(Convert.ToBase64String(a.AsBytes)) : CelContext.CostExceeded) with { IsPure = true }),
        new("base64.decode", CelOverload.Global("base64_decode_string", CelType.Bytes, CelType.String, Decode) with { IsPure = true }),
    ];

    // With or without padding.
    private static CelValue Decode(ref CelContext context, in CelValue a)
    {
        var text = a.RawString.AsSpan();
        if (!context.TryChargeText(text.Length))
            return CelContext.CostExceeded;
        if (!text.ContainsAny(" \t\r\n"))
        {
            var padded = text.Length % 4 is 2 or 3 && !text.EndsWith('=') ? string.Concat(text, "==".AsSpan(0, 4 - text.Length % 4)) : a.RawString;
            if (Base64.IsValid(padded))
                return CelValue.OfBytes(Convert.FromBase64String(padded));
        }
        return CelValue.Error(CelErrorCode.BadConversion, $"{CelText.Kind(a)} is no base64");
    }
}
