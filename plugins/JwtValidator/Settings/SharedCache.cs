using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwtValidator.Settings;

/// <summary><c>auth/validator</c> of the service: how long all endpoints with <c>cache</c> share keys (AUT-041, AUT-043).</summary>
internal static partial class SharedCache
{
    private const long DefaultSeconds = 900;

    /// <summary>The time, or <see langword="null"/> when the service has no such namespace.</summary>
    public static TimeSpan? Duration(IServiceContext context)
    {
        if ((context.ServiceConfig(JwtValidatorPlugin.Namespace) ?? context.ServiceConfig(JwtValidatorPlugin.OldClientNamespace)) is not { } config)
            return null;
        var settings = new ConfigBinder(new ConfigDiagnostics()).Bind<SharedCacheSettings>(config, ConfigPath.Root);
        return TimeSpan.FromSeconds(settings.SharedCacheDuration > 0 ? settings.SharedCacheDuration : DefaultSeconds);
    }

    /// <summary>Reports what is wrong with it, and what is used instead.</summary>
    public static void Check(string name, ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var settings = new ConfigBinder(diagnostics).Bind<SharedCacheSettings>(config, ConfigPath.Root.Member("extra_config").Member(name));
        if (settings.SharedCacheDuration is < 0 or > SettingsChecks.LongestCache)
            settings.Source?.Error(diagnostics, "shared_cache_duration", $"expected seconds from 0 to {SettingsChecks.LongestCache}");
        else if (settings.SharedCacheDuration == 0)
            Log.UsesDefault(context.Logger, DefaultSeconds);
        if (name == JwtValidatorPlugin.OldClientNamespace)
            diagnostics.Warning(config.Position, $"extra_config.{name}", $"\"{name}\" is another name of \"{JwtValidatorPlugin.Namespace}\"; rename it");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: JWTValidator] shared_cache_duration is not set, {Seconds} seconds are used")]
        public static partial void UsesDefault(ILogger logger, long seconds);
    }
}
