using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.ClientCertificate.Identity;

/// <summary>Who is let in: whoever one of the lists names, or anybody with a verified certificate when there is no list.</summary>
internal sealed class AllowList
{
    private const int FingerprintLength = 64;

    private readonly HashSet<string> _subjects;
    private readonly HashSet<string> _names;
    private readonly HashSet<string> _fingerprints;
    private readonly bool _allowsAll;

    private AllowList(HashSet<string> subjects, HashSet<string> names, HashSet<string> fingerprints, bool allowsAll)
    {
        _subjects = subjects;
        _names = names;
        _fingerprints = fingerprints;
        _allowsAll = allowsAll;
    }

    /// <summary>The lists of some settings; <see langword="null"/> with the reasons reported when one cannot be used.</summary>
    public static AllowList? Of(ClientCertificateSettings settings, ConfigDiagnostics diagnostics)
    {
        var fingerprints = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.AllowedFingerprints.Count; i++)
        {
            var digits = settings.AllowedFingerprints[i].Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
            if (digits.Length != FingerprintLength || !digits.All(char.IsAsciiHexDigitLower))
            {
                settings.Source.Error(diagnostics, "allowed_fingerprints", i, $"{ConfigText.Quote(settings.AllowedFingerprints[i])} is no SHA-256 fingerprint; expected {FingerprintLength} hexadecimal digits, with or without colons");
                return null;
            }
            fingerprints.Add(digits);
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.AllowedNames.Count; i++)
        {
            var name = settings.AllowedNames[i];
            if (name.LastIndexOf('*') > 0 || name is "*" || (name.StartsWith('*') && !(name.StartsWith("*.", StringComparison.Ordinal) && name.Length > 2)))
            {
                settings.Source.Error(diagnostics, "allowed_names", i, $"{ConfigText.Quote(name)} is no name; \"*\" may stand for the first label alone: \"*.example.com\"");
                return null;
            }
            names.Add(IsDns(name) ? name.ToLowerInvariant() : name);
        }
        // A list that is there and empty lets nobody in.
        var allowsAll = settings.Source.Find("allowed_subjects") is null && settings.Source.Find("allowed_names") is null && settings.Source.Find("allowed_fingerprints") is null;
        return new([.. settings.AllowedSubjects], names, fingerprints, allowsAll);
    }

    public bool Contains(ClientIdentity identity) =>
        _allowsAll
        || _subjects.Contains(identity.Subject)
        || _fingerprints.Contains(identity.Fingerprint)
        || identity.Names.Dns.Exists(ContainsDns)
        || identity.Names.Uris.Exists(_names.Contains)
        || identity.Names.Emails.Exists(_names.Contains);

    // A name that is itself a wildcard names nobody.
    private bool ContainsDns(string name)
    {
        if (name.Contains('*', StringComparison.Ordinal))
            return false;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return _names.Contains(name) || (dot > 0 && _names.Contains($"*{name[dot..]}"));
    }

    private static bool IsDns(string name) => name.AsSpan().IndexOfAny(":/@") < 0;
}
