namespace Gateway.Fips;

/// <summary>What the process may compute with (SEC-055).</summary>
internal enum FipsMode
{
    /// <summary>Whatever the platform has.</summary>
    Off,
    /// <summary>The platform's cryptography runs in a validated module.</summary>
    On,
    /// <summary>Besides, nothing else than approved algorithms may be asked for.</summary>
    Only,
}

/// <summary>The mode that <c>GODEBUG</c> asks for.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="IsNamed">Whether the variable has the setting at all.</param>
internal readonly record struct FipsSetting(FipsMode Mode, bool IsNamed)
{
    /// <summary>The variable.</summary>
    public const string Variable = "GODEBUG";

    private const string Name = "fips140";

    /// <summary>
    /// Reads the variable's list of settings, separated by commas; of several the last one counts and others are passed over. Throws
    /// <see cref="FormatException"/> for a mode that does not exist: whoever asks for it must not go without.
    /// </summary>
    public static FipsSetting Parse(string? variable)
    {
        var setting = default(FipsSetting);
        foreach (var entry in (variable ?? "").Split(','))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || entry[..equals].Trim() != Name)
                continue;
            var mode = entry[(equals + 1)..].Trim() switch
            {
                "off" => FipsMode.Off,
                "on" => FipsMode.On,
                "only" => FipsMode.Only,
                var value => throw new FormatException($"{Variable}: \"{Name}={value}\" is no mode; expected off, on or only"),
            };
            setting = new(mode, true);
        }
        return setting;
    }
}
