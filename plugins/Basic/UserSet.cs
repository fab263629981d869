using System.Collections.Frozen;
using System.Runtime.InteropServices;
using KrakenPlugins.Cryptography;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Basic;

/// <summary>Users with their hashes. Immutable.</summary>
internal sealed class UserSet
{
    /// <summary>More rounds would take a core for minutes.</summary>
    private const int HighestCost = 18;

    // Of a password that nobody knows, for sets without users.
    private const string NobodysHash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

    private static readonly SipHash s_secret = SipHash.WithRandomKey();

    private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _hashes;
    private readonly string[] _decoys;

    private UserSet(Dictionary<string, string> users)
    {
        _hashes = users.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _decoys = users.Count == 0 ? [NobodysHash] : [.. users.Values];
    }

    /// <summary>Compiles the users of the file and of the object; <see langword="null"/> after errors were reported.</summary>
    public static UserSet? Compile(BasicSettings settings, ConfigDiagnostics diagnostics)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        if (settings.HtpasswdPath.Length > 0)
        {
            if (HtpasswdFile.Read(settings, diagnostics) is not { } read)
                return null;
            users = read;
        }
        // A user in both has the hash of the configuration (AUT-109).
        foreach (var (user, hash) in settings.Users)
            users[user] = hash;
        var good = true;
        foreach (var (user, hash) in users)
        {
            if (WhyUnusable(user, hash) is not { } reason)
                continue;
            settings.Source!.Error(diagnostics, settings.Users.ContainsKey(user) ? "users" : "htpasswd_path", $"the user {ConfigText.Quote(user)} {reason}");
            good = false;
        }
        if (users.Count == 0)
            settings.Source!.Warning(diagnostics, "users", "there is no user, so that every request is refused");
        return good ? new UserSet(users) : null;
    }

    /// <summary>
    /// The hash that a password is to be checked against. Of an unknown user it is the hash of another one, always the same, so that the check
    /// takes as long as that of a user who exists, whatever costs the hashes have (AUT-111).
    /// </summary>
    public string HashFor(ReadOnlySpan<char> user, out bool isKnown)
    {
        isKnown = _hashes.TryGetValue(user, out var hash);
        return isKnown ? hash! : _decoys[(int)((ulong)s_secret.Hash128(MemoryMarshal.AsBytes(user)) % (ulong)_decoys.Length)];
    }

    private static string? WhyUnusable(string user, string hash)
    {
        if (user.Length == 0 || user.Contains(':', StringComparison.Ordinal))
            return "has no valid name: names are not empty and hold no colon";
        if (!BcryptHash.TryReadCost(hash, out var cost))
            return "has no bcrypt hash; expected one such as htpasswd -B writes: $2y$10$…";
        return cost > HighestCost ? $"has a hash of cost {cost}, which takes minutes to check; expected {HighestCost} at most" : null;
    }
}
