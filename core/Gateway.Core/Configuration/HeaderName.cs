namespace Gateway.Core.Configuration;

/// <summary>Canonical spelling of header names: <c>x-SOME-thing</c> is <c>X-Some-Thing</c>.</summary>
internal static class HeaderName
{
    /// <summary>First letter and each letter after <c>-</c> upper-case, the rest lower; a name that is no token (RFC 9110, 5.6.2) stays.</summary>
    public static string Canonical(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
                return name;
        }
        return string.Create(name.Length, name, static (canonical, name) =>
        {
            var first = true;
            for (var i = 0; i < name.Length; i++)
            {
                canonical[i] = first ? char.ToUpperInvariant(name[i]) : char.ToLowerInvariant(name[i]);
                first = name[i] == '-';
            }
        });
    }
}
