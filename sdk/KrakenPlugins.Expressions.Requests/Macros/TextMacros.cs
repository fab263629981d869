using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>Macros that make texts of values and values of texts: JSON, digests. Digests are in lower-case hexadecimal digits.</summary>
internal static class TextMacros
{
    private const int JsonDepth = 100;

    public static CelFunction[] All { get; } =
    [
        new("toJSON", CelOverload.Global("to_json", CelType.String, CelType.Dyn, ToJson)),
        new("fromJSON", CelOverload.Global("from_json", CelType.Dyn, CelType.String, FromJson)),
        new("sha256",
            CelOverload.Global("sha256_string", CelType.String, CelType.String, Sha256),
            CelOverload.Global("sha256_bytes", CelType.String, CelType.Bytes, Sha256)),
        new("hmac",
            CelOverload.Global("hmac_string_string", CelType.String, CelType.String, CelType.String, Hmac),
            CelOverload.Global("hmac_bytes_string", CelType.String, CelType.Bytes, CelType.String, Hmac),
            CelOverload.Global("hmac_string_string_string", CelType.String, CelType.String, CelType.String, CelType.String, HmacBy),
            CelOverload.Global("hmac_bytes_string_string", CelType.String, CelType.Bytes, CelType.String, CelType.String, HmacBy)),
    ];

    private static CelValue ToJson(ref CelContext context, in CelValue value)
    {
        if (!CelJson.TryRead(ref context, value, out var node, out var error))
            return error;
        var text = DataJson.ToString(node);
        return context.TryCharge(text.Length / 8 + 1) ? CelValue.Of(text) : CelContext.CostExceeded;
    }

    // A tree takes up to thirty times the memory of its text.
    private static CelValue FromJson(ref CelContext context, in CelValue text)
    {
        if (!context.TryCharge(text.AsString.Length * 2L + 1))
            return CelContext.CostExceeded;
        return DataJson.TryParse(Encoding.UTF8.GetBytes(text.AsString), JsonDepth, out var node, out _)
            ? node.ToCel()
            : CelValue.Error(CelErrorCode.BadConversion, "the text is no JSON");
    }

    private static CelValue Sha256(ref CelContext context, in CelValue value) =>
        TryBytes(ref context, value, out var bytes) ? Hex(SHA256.HashData(bytes)) : CelContext.CostExceeded;

    private static CelValue Hmac(ref CelContext context, in CelValue value, in CelValue key) =>
        TryBytes(ref context, value, out var bytes) && TryBytes(ref context, key, out var secret) ? Hex(HMACSHA256.HashData(secret, bytes)) : CelContext.CostExceeded;

    private static CelValue HmacBy(ref CelContext context, in CelValue value, in CelValue key, in CelValue algorithm)
    {
        if (!TryBytes(ref context, value, out var bytes) || !TryBytes(ref context, key, out var secret))
            return CelContext.CostExceeded;
        return algorithm.AsString switch
        {
            "sha256" => Hex(HMACSHA256.HashData(secret, bytes)),
            "sha384" => Hex(HMACSHA384.HashData(secret, bytes)),
            "sha512" => Hex(HMACSHA512.HashData(secret, bytes)),
            _ => CelValue.Error(CelErrorCode.BadArgument, "hmac knows sha256, sha384 and sha512"),
        };
    }

    private static bool TryBytes(ref CelContext context, in CelValue value, out byte[] bytes)
    {
        bytes = [];
        var length = value.Kind == CelKind.Bytes ? value.AsBytes.Length : value.AsString.Length;
        if (!context.TryCharge(length / 2 + 1))
            return false;
        bytes = value.Kind == CelKind.Bytes ? value.AsBytes : Encoding.UTF8.GetBytes(value.AsString);
        return true;
    }

    private static CelValue Hex(byte[] digest) => CelValue.Of(Convert.ToHexStringLower(digest));
}
