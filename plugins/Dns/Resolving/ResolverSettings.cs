using System.Globalization;
using System.Net;

namespace KrakenPlugins.Dns.Resolving;

/// <summary>How the system resolves names (resolv.conf(5)): its servers, its search list and its limits.</summary>
internal sealed record ResolverSettings
{
    /// <summary>The system's file.</summary>
    public const string File = "/etc/resolv.conf";

    private const int MaxServers = 3;
    private const int MaxSearch = 6;

    /// <summary>Name servers, tried in order; at least one.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [new(IPAddress.Loopback, 53)];

    /// <summary>Domains that are tried behind short names.</summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>Dots from which on a name is tried as it is before the search list.</summary>
    public int Dots { get; init; } = 1;

    /// <summary>Wait for an answer of one server.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Rounds over all servers.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Whether only TCP is used.</summary>
    public bool UsesTcp { get; init; }

    /// <summary>The system's settings now; the defaults when there is no file.</summary>
    public static ResolverSettings OfSystem()
    {
        try
        {
            return Parse(System.IO.File.ReadAllText(File));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A system without the file has a server of its own, as the defaults say.
            return new();
        }
    }

    /// <summary>Reads the text of such a file; what is not understood is skipped, as the system does.</summary>
    public static ResolverSettings Parse(string text)
    {
        var settings = new ResolverSettings();
        var servers = new List<IPEndPoint>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] is '#' or ';')
                continue;
            if (words[0] == "nameserver" && servers.Count < MaxServers && IPAddress.TryParse(words[1], out var address))
                servers.Add(new(address, 53));
            else if (words[0] is "search" or "domain")
                settings = settings with { Search = [.. words.Skip(1).Select(static name => name.Trim('.').ToLowerInvariant()).Where(static name => name.Length > 0).Take(words[0] == "domain" ? 1 : MaxSearch)] };
            else if (words[0] == "options")
                settings = words.Skip(1).Aggregate(settings, Option);
        }
        return servers.Count > 0 ? settings with { Servers = servers } : settings;
    }

    /// <summary>The names to ask for, in order.</summary>
    public IEnumerable<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
            return [name[..^1]];
        var isFirst = name.AsSpan().Count('.') >= Dots;
        var searched = Search.Select(domain => $"{name}.{domain}");
        return isFirst ? searched.Prepend(name) : searched.Append(name);
    }

    private static ResolverSettings Option(ResolverSettings settings, string option)
    {
        var colon = option.IndexOf(':', StringComparison.Ordinal);
        var number = colon > 0 && int.TryParse(option.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        return (colon < 0 ? option : option[..colon]) switch
        {
            "ndots" when number >= 0 => settings with { Dots = Math.Min(number, 15) },
            "timeout" when number > 0 => settings with { Timeout = TimeSpan.FromSeconds(Math.Min(number, 30)) },
            "attempts" when number > 0 => settings with { Attempts = Math.Min(number, 5) },
            "use-vc" => settings with { UsesTcp = true },
            _ => settings,
        };
    }
}
