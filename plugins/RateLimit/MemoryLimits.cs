using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit;

/// <summary>Builds the limits whose buckets live in this process.</summary>
internal static class MemoryLimits
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>The limit of these settings; <see langword="null"/> where they set none, or after errors were reported.</summary>
    /// <param name="config">The settings, an object.</param>
    /// <param name="place">Where they stand.</param>
    /// <param name="diagnostics">Where faults are reported.</param>
    public static HttpLimit? Create(ConfigNode config, LimitPlace place, ConfigDiagnostics diagnostics)
    {
        var reader = new LimitReader(diagnostics);
        if (reader.Bind<LimitSettings>(config, place.Path) is not { } settings)
            return null;
        var source = settings.Source!;
        var every = reader.Window(source, settings.Every, s_second);
        var period = reader.Duration(source, "cleanup_period", settings.CleanupPeriod, TimeSpan.FromMinutes(1), s_second);
        if (settings.MaxClients < 1)
        {
            reader.Refuse(source, "max_clients", "expected 1 or more clients");
            return null;
        }
        if (!reader.TryRate(source, "", settings.MaxRate, settings.Capacity, every, out var shared)
            || !reader.TryRate(source, "client_", settings.ClientMaxRate, settings.ClientCapacity, every, out var client)
            || reader.Refusal(settings.Error, StatusCodes.Status503ServiceUnavailable) is not { } refusal
            || reader.Refusal(settings.ClientError, StatusCodes.Status429TooManyRequests) is not { } clientRefusal)
            return null;
        if (shared is null && client is null)
        {
            reader.NoteNoLimit(source, LimitReader.BothRates);
            return null;
        }
        ClientIdentity? identity = null;
        if (client is not null && !IdentityReader.TryRead(source, settings.Strategy, settings.Key, place, reader, diagnostics, out identity))
            return null;
        if (identity is null)
            client = null;
        if (shared is null && client is null)
            return null;
        LogLimits(settings, place, shared, client, every);
        var context = place.Context;
        var options = new ClientTableOptions { Shards = settings.NumShards, MaxClients = settings.MaxClients, CleanupPeriod = period };
        var buckets = context.Carry(place.StateKey, config, () => new LimitBuckets(shared, client, options, context.Time));
        return new HttpLimit(buckets, identity, context)
        {
            Refusal = refusal,
            ClientRefusal = clientRefusal,
            Headers = settings.Headers && shared is { } rate ? new RateHeaders(place.Policy, rate) : null,
            ClientHeaders = settings.Headers && client is { } own ? new RateHeaders($"{place.Policy}-client", own) : null,
            IsDry = settings.DryRun,
        };
    }

    private static void LogLimits(LimitSettings settings, LimitPlace place, TokenRate? shared, TokenRate? client, TimeSpan every)
    {
        var logger = place.Context.Logger;
        if (shared is { } rate)
            LimitLog.Enabled(logger, place.LogPrefix, "requests", settings.MaxRate / every.TotalSeconds, rate.Capacity);
        if (client is { } own)
            LimitLog.ClientEnabled(logger, place.LogPrefix, settings.ClientMaxRate / every.TotalSeconds, own.Capacity, settings.Strategy.Length == 0 ? "ip" : settings.Strategy, settings.Key);
    }
}
