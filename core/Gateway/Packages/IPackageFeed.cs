using Gateway.Core.Plugins;

namespace Gateway.Packages;

/// <summary>Where packages are by id and version.</summary>
internal interface IPackageFeed
{
    /// <summary>Fetches a package.</summary>
    /// <param name="id">Its id; letter case does not count.</param>
    /// <param name="version">Its version, or <see langword="null"/> for the highest that is no pre-release.</param>
    /// <exception cref="PackageException">There is none, or the feed does not answer as one.</exception>
    Task<PluginPackage> FetchAsync(string id, SemanticVersion? version);
}

/// <summary>Chooses among the versions of a package.</summary>
internal static class FeedVersions
{
    private const int MostNamed = 5;

    /// <summary>The version that is asked for, or the highest release.</summary>
    /// <param name="id">The package, for messages.</param>
    /// <param name="feed">The feed, for messages.</param>
    /// <param name="available">Versions as the feed writes them; what is no version of a plugin is passed over.</param>
    /// <param name="wanted">The version that is asked for, or <see langword="null"/>.</param>
    /// <exception cref="PackageException">There is none such.</exception>
    public static string Choose(string id, string feed, IEnumerable<string> available, SemanticVersion? wanted)
    {
        var known = available.Select(static text => (Text: text, Version: SemanticVersion.TryParse(text, out var version) ? version : null))
            .Where(static v => v.Version is not null).OrderByDescending(static v => v.Version).ToArray();
        if (known.Length == 0)
            throw new PackageException($"{feed} has no package {id}");
        var chosen = known.FirstOrDefault(v => wanted is null ? !v.Version!.IsPrerelease : v.Version!.Equals(wanted)).Text;
        if (chosen is not null)
            return chosen;
        var newest = string.Join(", ", known.Take(MostNamed).Select(static v => v.Text));
        throw new PackageException(wanted is null
            ? $"{feed} has only pre-releases of {id}; ask for one with --version ({newest})"
            : $"{feed} has no version {wanted} of {id}; it has {newest}{(known.Length > MostNamed ? ", …" : "")}");
    }
}
