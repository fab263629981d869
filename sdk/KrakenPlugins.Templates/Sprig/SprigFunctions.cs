using KrakenPlugins.Templates.Sprig;
using KrakenPlugins.Templates.Sprig.Crypto;
using KrakenPlugins.Templates.Sprig.Dates;
using KrakenPlugins.Templates.Sprig.Json;
using KrakenPlugins.Templates.Sprig.Lists;
using KrakenPlugins.Templates.Sprig.Maps;
using KrakenPlugins.Templates.Sprig.Network;
using KrakenPlugins.Templates.Sprig.Numbers;
using KrakenPlugins.Templates.Sprig.Strings;
using KrakenPlugins.Templates.Sprig.Versions;

namespace KrakenPlugins.Templates;

/// <summary>
/// The functions that templates of the gateway call: Sprig 3's generic set and <c>marshal</c>, with the meaning of
/// https://masterminds.github.io/sprig/. No function works without bounds: no text beyond 16 Mi characters, no list beyond 1 Mi elements.
/// </summary>
public static class SprigFunctions
{
    /// <summary>Adds all functions. Their bodies are safe for concurrent calls.</summary>
    public static void AddTo(FunctionTable table, SprigEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(environment);
        var random = new RandomSource(environment.FillRandom);
        StringFunctions.AddTo(table);
        TrimFunctions.AddTo(table);
        CaseFunctions.AddTo(table);
        QuotingFunctions.AddTo(table);
        SplitFunctions.AddTo(table);
        RandomTextFunctions.AddTo(table, random);
        RegexFunctions.AddTo(table);
        EncodingFunctions.AddTo(table);
        IntegerFunctions.AddTo(table, random);
        SequenceFunctions.AddTo(table);
        FloatFunctions.AddTo(table);
        DateFunctions.AddTo(table, environment.Time);
        DefaultFunctions.AddTo(table);
        JsonFunctions.AddTo(table);
        ListFunctions.AddTo(table);
        ListSelectionFunctions.AddTo(table);
        MapFunctions.AddTo(table);
        MapMerging.AddTo(table);
        ReflectionFunctions.AddTo(table);
        PathFunctions.AddTo(table);
        EnvironmentFunctions.AddTo(table, environment.Environment);
        NetworkFunctions.AddTo(table, environment.ResolveHost, random);
        PasswordFunctions.AddTo(table, random);
        CipherFunctions.AddTo(table, random);
        KeyFunctions.AddTo(table, random);
        CertificateFunctions.AddTo(table, environment.Time, random);
        VersionFunctions.AddTo(table);
    }
}
