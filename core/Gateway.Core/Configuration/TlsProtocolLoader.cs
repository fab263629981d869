using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Versions, suites and curves of a <c>tls</c> or <c>client_tls</c> object, held against what the platform can do: what is merely not
/// offered is warned of, a restriction that would not hold is refused.
/// </summary>
internal sealed class TlsProtocolLoader(ConfigSource source, ConfigDiagnostics diagnostics)
{
    private static readonly string[] s_versions = ["SSL3.0", "TLS10", "TLS11", "TLS12", "TLS13"];
    private static readonly int[] s_curves = [23, 24, 25];
    private static readonly int[] s_suites13 = [4865, 4866, 4867];
    private static readonly int[] s_default12 = [49199, 49195, 49200, 49196, 52392, 52393];
    private static readonly int[] s_legacy = [5, 10, 47, 53, 60, 156, 157, 49159, 49161, 49162, 49169, 49170, 49171, 49172, 49187, 49191];

    public TlsProtocolConfig Load(string minimum, string maximum, IReadOnlyList<int> suites, IReadOnlyList<int> curves)
    {
        CheckCurves(curves);
        var versions = Versions(minimum, maximum);
        if (versions == SslProtocols.None)
            return TlsProtocolConfig.Strict;
        var chosen = Suites(suites, ref versions);
        return new TlsProtocolConfig { Versions = versions, CipherSuites = chosen };
    }

    /// <summary>Nothing below TLS 1.2: OpenSSL 3 has no signature for it at the security level that the runtime works with.</summary>
    private SslProtocols Versions(string minimum, string maximum)
    {
        var first = Array.IndexOf(s_versions, minimum);
        var last = Array.IndexOf(s_versions, maximum);
        if (first > last)
        {
            source.Error(diagnostics, source.Find("max_version") is null ? "min_version" : "max_version",
                $"no version is left between min_version {minimum} and max_version {maximum}: every handshake would fail");
            return SslProtocols.None;
        }
        if (last < 3)
        {
            source.Error(diagnostics, "max_version", $"{maximum} is not offered by the platform's TLS library; expected TLS12 or TLS13");
            return SslProtocols.None;
        }
        if (first < 3)
            source.Warning(diagnostics, "min_version", $"versions below TLS 1.2 are not offered by the platform's TLS library; {minimum} counts as TLS12");
        return (first <= 3 ? SslProtocols.Tls12 : SslProtocols.None) | (last == 4 ? SslProtocols.Tls13 : SslProtocols.None);
    }

    /// <summary>The list is about TLS 1.2; it is about 1.3 only when it names a suite of 1.3. A version without suites is not spoken.</summary>
    private ValueList<TlsCipherSuite> Suites(IReadOnlyList<int> written, ref SslProtocols versions)
    {
        var isWritten = written.Count > 0;
        var for13 = written.Any(static n => s_suites13.Contains(n)) ? written.Where(static n => s_suites13.Contains(n)) : s_suites13;
        var for12 = isWritten ? written.Where(n => IsKnown(n) && !s_suites13.Contains(n)) : s_default12;
        if (isWritten)
            WarnOfUnknown(written);
        if (OperatingSystem.IsWindows())
        {
            if (isWritten)
                source.Error(diagnostics, "cipher_suites", "cipher suites cannot be chosen on Windows, where the system's policy does; remove the list");
            return [];
        }
        var chosen = new List<TlsCipherSuite>();
        if (versions.HasFlag(SslProtocols.Tls13))
            chosen.AddRange(for13.Distinct().Select(static n => (TlsCipherSuite)n));
        if (versions.HasFlag(SslProtocols.Tls12))
        {
            var offered = Offered(for12.Distinct(), isWritten);
            chosen.AddRange(offered);
            if (offered.Count == 0)
                versions &= ~SslProtocols.Tls12;
        }
        if (chosen.Count == 0)
            source.Error(diagnostics, "cipher_suites", "none of these cipher suites can be used with the versions that are allowed: every handshake would fail");
        return [.. chosen];
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private List<TlsCipherSuite> Offered(IEnumerable<int> numbers, bool isWritten)
    {
        var wanted = numbers.Select(static n => (TlsCipherSuite)n).ToList();
        var offered = new CipherSuitesPolicy(wanted).AllowedCipherSuites.ToHashSet();
        foreach (var suite in wanted)
        {
            if (isWritten && !offered.Contains(suite))
                source.Warning(diagnostics, "cipher_suites", string.Create(CultureInfo.InvariantCulture, $"{(int)suite} ({suite}) is not offered by the platform's TLS library and is left out"));
        }
        return wanted.FindAll(offered.Contains);
    }

    private void WarnOfUnknown(IReadOnlyList<int> written)
    {
        foreach (var number in written)
        {
            if (!IsKnown(number))
                source.Warning(diagnostics, "cipher_suites", string.Create(CultureInfo.InvariantCulture, $"{number} is no cipher suite of the language and is left out ({string.Join(", ", s_suites13.Concat(s_default12).Concat(s_legacy).Order())})"));
        }
    }

    private static bool IsKnown(int number) => s_suites13.Contains(number) || s_default12.Contains(number) || s_legacy.Contains(number);

    private void CheckCurves(IReadOnlyList<int> curves)
    {
        foreach (var curve in curves)
        {
            if (!s_curves.Contains(curve))
            {
                source.Error(diagnostics, "curve_preferences", string.Create(CultureInfo.InvariantCulture, $"{curve} is no curve of the language; expected 23 (P-256), 24 (P-384) and 25 (P-521)"));
                return;
            }
        }
        if (curves.Count > 0 && s_curves.Any(curve => !curves.Contains(curve)))
            source.Error(diagnostics, "curve_preferences", "the platform's TLS library always offers P-256, P-384, P-521 and X25519, and this restriction would not hold; name all of 23, 24, 25 or none, and restrict the groups of the whole process in OpenSSL's own configuration (Groups, in the file that OPENSSL_CONF names)");
    }
}
