using Microsoft.Extensions.Logging;

namespace Gateway.Fips;

/// <summary>The mode of this process: read once, before anything else; a change of the variable has no effect afterwards.</summary>
internal static partial class FipsStart
{
    static FipsStart()
    {
        try
        {
            Setting = FipsSetting.Parse(Environment.GetEnvironmentVariable(FipsSetting.Variable));
        }
        catch (FormatException exception)
        {
            Fault = exception.Message;
        }
    }

    /// <summary>What the variable asks for.</summary>
    public static FipsSetting Setting { get; }

    /// <summary>Why the variable cannot be honoured, or <see langword="null"/>.</summary>
    public static string? Fault { get; }

    /// <summary>Why this machine cannot serve in that mode, or <see langword="null"/> (SEC-056).</summary>
    public static string? Refusal() => Setting.Mode == FipsMode.Off || FipsModule.IsActive
        ? null
        : $"{FipsSetting.Variable}=fips140={Name(Setting.Mode)}: this machine has no validated module in use; OpenSSL's FIPS provider must be installed and active (see fips_module(7): openssl fipsinstall, and \"fips = yes\" in the file of OPENSSL_CONF), or the setting removed";

    /// <summary>Says which mode is active, where the variable names one.</summary>
    public static void LogMode(ILogger logger)
    {
        if (Setting.IsNamed)
            Log.Mode(logger, Name(Setting.Mode), Setting.Mode switch
            {
                FipsMode.On => "cryptography of the platform runs in OpenSSL's FIPS provider",
                FipsMode.Only => "cryptography of the platform runs in OpenSSL's FIPS provider, and configurations that need anything else are refused",
                _ => "any algorithm of the platform",
            });
    }

    private static string Name(FipsMode mode) => mode switch
    {
        FipsMode.On => "on",
        FipsMode.Only => "only",
        _ => "off",
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: FIPS 140-3] Mode {Mode}: {Meaning}")]
        public static partial void Mode(ILogger logger, string mode, string meaning);
    }
}
