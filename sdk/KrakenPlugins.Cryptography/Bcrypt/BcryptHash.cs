using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Cryptography;

/// <summary>Password hashes of the form <c>$2a$10$…</c>: made and verified.</summary>
public static class BcryptHash
{
    /// <summary>The cost that Go's <c>bcrypt.DefaultCost</c> names: 2^10 rounds.</summary>
    public const int DefaultCost = 10;

    /// <summary>The longest password, in bytes of UTF-8.</summary>
    public const int MaximumPasswordBytes = 72;

    private const int SaltBytes = 16;
    private const int HashBytes = 23;
    private const int TextLength = 60;
    private static readonly System.Buffers.SearchValues<char> s_alphabet = System.Buffers.SearchValues.Create("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private const string Magic = "OrpheanBeholderScryDoubt";

    /// <summary>The hash of a password with a salt from the random source.</summary>
    /// <param name="password">At most <see cref="MaximumPasswordBytes"/> bytes of UTF-8.</param>
    /// <param name="cost">4 to 31: the binary logarithm of the number of rounds.</param>
    /// <param name="fillRandom">Where the salt comes from.</param>
    /// <exception cref="ArgumentException">The password is too long.</exception>
    public static string Create(string password, int cost, Action<Span<byte>> fillRandom)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(fillRandom);
        Span<byte> salt = stackalloc byte[SaltBytes];
        fillRandom(salt);
        return Create(password, 'a', cost, salt);
    }

    /// <summary>Whether the password is the one that the hash was made of; a text that is no bcrypt hash verifies nothing.</summary>
    public static bool Verify(string password, string hash)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(hash);
        if (!TryReadHeader(hash, out var minor, out var cost)) return false;
        Span<byte> salt = stackalloc byte[SaltBytes];
        if (!BcryptBase64.TryDecode(hash.AsSpan(7, 22), salt)) return false;
        if (Encoding.UTF8.GetByteCount(password) > MaximumPasswordBytes) return false;
        var expected = Create(password, minor, cost, salt);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(hash));
    }

    /// <summary>Whether a text is a bcrypt hash (<c>$2a$</c>, <c>$2b$</c>, <c>$2y$</c>), and its cost.</summary>
    /// <param name="hash">The text.</param>
    /// <param name="cost">4 to 31: the binary logarithm of the number of rounds that each check takes.</param>
    public static bool TryReadCost(string hash, out int cost)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Span<byte> salt = stackalloc byte[SaltBytes];
        return TryReadHeader(hash, out _, out cost) && BcryptBase64.TryDecode(hash.AsSpan(7, 22), salt)
            && hash.AsSpan(29).IndexOfAnyExcept(s_alphabet) < 0;
    }

    private static bool TryReadHeader(string hash, out char minor, out int cost)
    {
        (minor, cost) = ('a', 0);
        if (hash.Length != TextLength || !hash.StartsWith("$2", StringComparison.Ordinal) || hash[3] != '$' || hash[6] != '$') return false;
        if (hash[2] is not ('a' or 'b' or 'y') || !char.IsAsciiDigit(hash[4]) || !char.IsAsciiDigit(hash[5])) return false;
        minor = hash[2];
        cost = 10 * (hash[4] - '0') + hash[5] - '0';
        return cost is >= 4 and <= 31;
    }

    private static string Create(string password, char minor, int cost, ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cost, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cost, 31);
        var length = Encoding.UTF8.GetByteCount(password);
        if (length > MaximumPasswordBytes) throw new ArgumentException("password length exceeds 72 bytes", nameof(password));
        var key = new byte[length + 1];
        Encoding.UTF8.GetBytes(password, key);

        var state = new BlowfishState();
        state.Expand(key, salt);
        for (var rounds = 1UL << cost; rounds > 0; rounds--)
        {
            state.Expand(key);
            state.Expand(salt);
        }
        CryptographicOperations.ZeroMemory(key);

        Span<byte> hash = stackalloc byte[Magic.Length];
        EncryptMagic(state, hash);
        var text = new StringBuilder(TextLength).Append("$2").Append(minor).Append('$').Append((char)('0' + cost / 10)).Append((char)('0' + cost % 10)).Append('$');
        BcryptBase64.Encode(salt, text);
        BcryptBase64.Encode(hash[..HashBytes], text);
        return text.ToString();
    }

    private static void EncryptMagic(BlowfishState state, Span<byte> hash)
    {
        for (var block = 0; block < Magic.Length; block += 8)
        {
            var (left, right) = (WordOf(block), WordOf(block + 4));
            for (var i = 0; i < 64; i++) (left, right) = state.Encrypt(left, right);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(hash[block..], left);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(hash[(block + 4)..], right);
        }
    }

    private static uint WordOf(int at) => (uint)Magic[at] << 24 | (uint)Magic[at + 1] << 16 | (uint)Magic[at + 2] << 8 | Magic[at + 3];
}
