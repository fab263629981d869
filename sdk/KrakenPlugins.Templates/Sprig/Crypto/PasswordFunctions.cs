using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Cryptography;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>Hashed and derived passwords.</summary>
internal static class PasswordFunctions
{
    public static void AddTo(FunctionTable table, RandomSource random)
    {
        table.Add("bcrypt", a => TemplateValue.From(Hash(a[0].AsString, random)), Kind.String);
        table.AddVariadic("htpasswd", a => TemplateValue.From(PasswordLine(a, random)), Kind.String, Kind.String, Kind.String);
        table.Add("derivePassword", Derive, Kind.Int, Kind.String, Kind.String, Kind.String, Kind.String);
    }

    // The error is the value: Sprig has it so.
    private static string Hash(string password, RandomSource random)
    {
        if (Encoding.UTF8.GetByteCount(password) > BcryptHash.MaximumPasswordBytes)
            return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
        return BcryptHash.Create(password, BcryptHash.DefaultCost, random.Fill);
    }

    private static string PasswordLine(ReadOnlySpan<TemplateValue> arguments, RandomSource random)
    {
        var (user, password) = (arguments[0].AsString, arguments[1].AsString);
        if (user.Contains(':', StringComparison.Ordinal)) return $"invalid username: {user}";
        if (arguments.Length > 2 && arguments[2].AsString == "sha")
            return $"{user}:{{SHA}}{Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(password)))}";
        return $"{user}:{Hash(password, random)}";
    }

    private static TemplateValue Derive(ReadOnlySpan<TemplateValue> arguments)
    {
        var counter = arguments[0].AsInt;
        if (counter is < 0 or > uint.MaxValue) throw new TemplateFunctionException("derivePassword: the counter must be from 0 to 4294967295");
        var type = arguments[1].AsString;
        var derived = MasterPassword.Derive((uint)counter, type, arguments[2].AsString, arguments[3].AsString, arguments[4].AsString);
        return TemplateValue.From(derived ?? $"cannot find password template {type}");
    }
}
