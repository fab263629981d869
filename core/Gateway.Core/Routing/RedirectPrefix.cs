namespace Gateway.Core.Routing;

/// <summary>The request header <c>X-Forwarded-Prefix</c>, which is put in front of trailing-slash redirects (RTE-034).</summary>
public static class RedirectPrefix
{
    /// <summary>Name of the header.</summary>
    public const string HeaderName = "X-Forwarded-Prefix";

    /// <summary>
    /// The part of a header's value that is safe in front of a path: characters outside <c>[A-Za-z0-9/-]</c> dropped, repeated slashes
    /// collapsed, one slash at the start and none at the end. Empty when nothing is left, so that prefix and path never start
    /// with two slashes.
    /// </summary>
    public static string Sanitise(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        var builder = new UrlBuilder(stackalloc char[128]);
        var isSlashDue = true;
        foreach (var c in value)
        {
            if (c == '/')
            {
                isSlashDue = true;
            }
            else if (char.IsAsciiLetterOrDigit(c) || c == '-')
            {
                if (isSlashDue)
                    builder.Append('/');
                isSlashDue = false;
                builder.Append(c);
            }
        }
        var prefix = builder.ToString();
        builder.Dispose();
        return prefix;
    }
}
