using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Random texts and bytes.</summary>
internal static class RandomTextFunctions
{
    private const string Digits = "0123456789";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly string Printable = string.Create(95, 0, static (text, _) =>
    {
        for (var i = 0; i < text.Length; i++) text[i] = (char)(' ' + i);
    });

    public static void AddTo(FunctionTable table, RandomSource random)
    {
        table.Add("randAlpha", a => Text("randAlpha", a[0].AsInt, Letters, random), Kind.Int);
        table.Add("randAlphaNum", a => Text("randAlphaNum", a[0].AsInt, Letters + Digits, random), Kind.Int);
        table.Add("randNumeric", a => Text("randNumeric", a[0].AsInt, Digits, random), Kind.Int);
        table.Add("randAscii", a => Text("randAscii", a[0].AsInt, Printable, random), Kind.Int);
        table.Add("randBytes", a => Bytes(a[0].AsInt, random), Kind.Int);
        table.Add("shuffle", a => TemplateValue.From(Shuffle(a[0].AsString, random)), Kind.String);
        table.Add("uuidv4", _ => TemplateValue.From(Uuid(random)));
    }

    private static TemplateValue Text(string function, long length, string alphabet, RandomSource random)
    {
        CheckLength(function, length);
        return TemplateValue.From(random.Text((int)length, alphabet));
    }

    private static TemplateValue Bytes(long length, RandomSource random)
    {
        CheckLength("randBytes", length);
        var bytes = new byte[(int)length];
        random.Fill(bytes);
        return TemplateValue.From(Convert.ToBase64String(bytes));
    }

    private static void CheckLength(string function, long length)
    {
        if (length < 0) throw new TemplateFunctionException($"{function}: the length must not be negative");
        SprigLimits.CheckCharacters(function, length);
    }

    private static string Shuffle(string text, RandomSource random)
    {
        List<Rune> runes = [.. text.EnumerateRunes()];
        for (var i = runes.Count - 1; i > 0; i--)
        {
            var other = (int)random.Below((ulong)i + 1);
            (runes[i], runes[other]) = (runes[other], runes[i]);
        }
        var result = new StringBuilder(text.Length);
        foreach (var rune in runes) result.Append(rune.ToString());
        return result.ToString();
    }

    // RFC 9562: version 4, variant 10.
    private static string Uuid(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.Fill(bytes);
        bytes[6] = (byte)(bytes[6] & 0x0f | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }
}
