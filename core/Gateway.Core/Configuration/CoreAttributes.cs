using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The attributes that the classes of the core objects declare, for those who work on documents without loading them.</summary>
internal static class CoreAttributes
{
    /// <summary>Current names.</summary>
    public static IEnumerable<string> NamesOf<T>() => SettingsShape.Of(typeof(T)).Names;

    /// <summary>Old names, each with its current one.</summary>
    public static IReadOnlyDictionary<string, string> OldNamesOf<T>() => SettingsShape.Of(typeof(T)).OldNames;
}
