using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.ApiKeys;

/// <summary>The keys of a configuration with their roles, compiled. Immutable.</summary>
internal sealed class KeyRing
{
    private readonly KeyTable _table;
    private readonly KeyDigest _digest;
    private readonly int[][] _roles;
    private readonly Dictionary<string, int> _roleNumbers;
    private readonly StringValues[] _roleNames;

    private KeyRing(KeyDigest digest, IReadOnlyList<UInt128> digests, int[][] roles, Dictionary<string, int> roleNumbers)
    {
        _digest = digest;
        _table = new KeyTable(digests);
        _roles = roles;
        _roleNumbers = roleNumbers;
        _roleNames = [.. roleNumbers.OrderBy(static r => r.Value).Select(static r => new StringValues(r.Key))];
    }

    /// <summary>Compiles the keys of the object and of its file; <see langword="null"/> after errors were reported.</summary>
    public static KeyRing? Compile(ServiceSettings settings, ConfigDiagnostics diagnostics)
    {
        if (settings.Keys is null && settings.KeysFile.Length == 0)
        {
            settings.Source!.Error(diagnostics, "keys", "expected the known keys in \"keys\", or a file with them in \"keys_file\"");
            return null;
        }
        IReadOnlyList<KeySettings>? more = [];
        if (settings.KeysFile.Length > 0 && (more = KeysFile.Read(settings, diagnostics)) is null)
            return null;
        var compiler = new KeyRingCompiler(new KeyDigest(settings.Hash, settings.Salt), settings.Hash, diagnostics);
        compiler.Add(settings.Keys ?? []);
        compiler.Add(more);
        if (compiler.Count == 0)
            settings.Source!.Warning(diagnostics, "keys", "there is no key, so that every endpoint with \"auth/api-keys\" refuses every request");
        return compiler.IsGood ? new KeyRing(compiler.Digest, compiler.Digests, [.. compiler.Roles], compiler.RoleNumbers) : null;
    }

    /// <summary>The number of a presented key, or -1.</summary>
    public int Find(ReadOnlySpan<char> key, out UInt128 digest)
    {
        digest = default;
        if (key.IsEmpty || key.Length > KeyDigest.Longest)
            return -1;
        digest = _digest.OfPresented(key);
        return _table.Find(digest);
    }

    /// <summary>Whether a key of this digest is known.</summary>
    public bool Knows(UInt128 digest) => _table.Find(digest) >= 0;

    /// <summary>The number of a role, or -1 when no key has it.</summary>
    public int RoleNumber(string role) => _roleNumbers.GetValueOrDefault(role, -1);

    /// <summary>Number of roles.</summary>
    public int RoleCount => _roleNames.Length;

    /// <summary>Name of a role.</summary>
    public StringValues RoleName(int role) => _roleNames[role];

    /// <summary>Roles of a key in the order of the configuration.</summary>
    public ReadOnlySpan<int> RolesOf(int key) => _roles[key];
}

/// <summary>Collects keys and reports those that are none; never shows one.</summary>
internal sealed class KeyRingCompiler(KeyDigest digest, string hash, ConfigDiagnostics diagnostics)
{
    private readonly Dictionary<UInt128, string> _places = [];
    private readonly Dictionary<string, int[]> _sets = new(StringComparer.Ordinal);

    public KeyDigest Digest => digest;
    public List<UInt128> Digests { get; } = [];
    public List<int[]> Roles { get; } = [];
    public Dictionary<string, int> RoleNumbers { get; } = new(StringComparer.Ordinal);
    public bool IsGood { get; private set; } = true;
    public int Count => Digests.Count;

    public void Add(IReadOnlyList<KeySettings> keys)
    {
        foreach (var key in keys)
        {
            if (key.Key.Length is 0 or > KeyDigest.Longest)
                Fail(key, $"expected a key of 1 to {KeyDigest.Longest} characters");
            else if (!digest.TryOfStored(key.Key, out var value))
                Fail(key, $"expected {2 * digest.StoredBytes} hexadecimal digits, the {hash} of salt and key");
            else if (!_places.TryAdd(value, key.Source!.Path.ToString()))
                Fail(key, $"the same key stands at {_places[value]} already; keep one");
            else
                Keep(value, key.Roles);
        }
    }

    private void Keep(UInt128 value, IReadOnlyList<string> roles)
    {
        Digests.Add(value);
        // Many keys have the same roles.
        var name = string.Join('\0', roles);
        if (!_sets.TryGetValue(name, out var set))
            _sets.Add(name, set = [.. roles.Select(NumberOf)]);
        Roles.Add(set);
    }

    private int NumberOf(string role)
    {
        if (!RoleNumbers.TryGetValue(role, out var number))
            RoleNumbers.Add(role, number = RoleNumbers.Count);
        return number;
    }

    private void Fail(KeySettings key, string message)
    {
        IsGood = false;
        key.Source!.Error(diagnostics, "key", message);
    }
}
