using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit.Redis.Legacy;

/// <summary>
/// <c>redis-ratelimit</c> of <c>plugin/http-server</c>, as the limit of clients that took its place (TRF-094 to TRF-096). Source: reference page
/// "Stateful service rate limit", migrating from the old plugin.
/// </summary>
internal static class LegacyLimit
{
    /// <summary>The name in <c>plugin/http-server</c>.</summary>
    public const string Name = "redis-ratelimit";

    private const string Namespace = "plugin/http-server";
    private const string LogPrefix = "[PLUGIN: redis-ratelimit]";

    /// <summary>The limit; <see langword="null"/> after errors were reported.</summary>
    /// <param name="config">The whole namespace.</param>
    /// <param name="context">The service.</param>
    /// <param name="diagnostics">Where faults are reported.</param>
    public static HttpGate? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member("extra_config").Member(Namespace).Member(Name);
        if (config[Name] is not { } own)
        {
            diagnostics.Error(config.Position, path.ToString(), "its object with \"host\", \"tokenizer\", \"rate\", \"burst\" and \"period\" is missing");
            return null;
        }
        var reader = new LimitReader(diagnostics);
        if (reader.Bind<LegacySettings>(own, path) is not { } settings)
            return null;
        var source = settings.Source!;
        source.Warning(diagnostics, "host", $"the plugin \"{Name}\" is deprecated; expected \"{RateLimitPlugin.ServiceRedisNamespace}\" with a connection of \"redis\", see the plugin's README");
        var period = reader.Duration(source, "period", settings.Period, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        if (settings.Rate <= 0)
            reader.Refuse(source, "rate", "expected 1 or more requests per period");
        if (settings.Burst < 0)
            reader.Refuse(source, "burst", "expected 0 or more requests");
        if (!RespAddress.TryParse(settings.Host, out var address))
            reader.Refuse(source, "host", RespAddress.Complaint(settings.Host));
        if (!TryReadIdentity(settings, context, reader, out var identity) || diagnostics.HasErrors || !reader.TryRate(source, "", settings.Rate, settings.Burst, period, out var rate))
            return null;
        LimitLog.ClientEnabled(context.Logger, LogPrefix, settings.Rate / period.TotalSeconds, rate!.Value.Capacity, settings.Tokenizer, settings.TokenizerField);
        var pool = context.Carry("pool", source.Find("host")!, () => new PrivatePool(address)).Pool;
        var keys = new BucketKeys(RedisLimits.DefaultPrefix, Name, hasShared: false, isHashed: settings.Tokenizer != "ip");
        var refusal = new Refusal(StatusCodes.Status429TooManyRequests, "", "");
        return new RedisLimit(new RedisBuckets(pool, keys, null, rate, identity), context, new FailureLog(context, LogPrefix, pool.Name, isAllowed: false))
        {
            Timeout = RedisConnections.ServiceTimeout,
            Refusal = refusal,
            ClientRefusal = refusal,
        };
    }

    private static bool TryReadIdentity(LegacySettings settings, IServiceContext context, LimitReader reader, out ClientIdentity? identity)
    {
        var field = settings.TokenizerField;
        identity = null;
        if (field.Length == 0 && settings.Tokenizer is "header" or "param" or "cookie")
            reader.Refuse(settings.Source!, "tokenizer_field", "clients cannot be told apart without it; expected the name of the header, placeholder or cookie");
        else if (settings.Tokenizer is "header" or "ip" or "cookie" && !field.All(HeaderName.IsTokenChar))
            reader.Refuse(settings.Source!, "tokenizer_field", $"expected the name of a {(settings.Tokenizer == "cookie" ? "cookie" : "header")}");
        else
            identity = settings.Tokenizer switch
            {
                "header" => ClientIdentity.OfHeader(field),
                "cookie" => new CookieIdentity(field),
                "param" => new RoutedParameter(context, field),
                "jwt" => new UnverifiedClaim(field.Length == 0 ? "jti" : field),
                "url" => new AddressedIdentity(withQuery: true),
                "path" => new AddressedIdentity(withQuery: false),
                _ => ClientIdentity.OfAddress(context, field),
            };
        return identity is not null;
    }
}
