using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Redis;

/// <summary>What the settings of a pool or cluster must be.</summary>
internal static class PoolCheck
{
    /// <summary>Reads its addresses.</summary>
    public static bool TryAddresses(PoolSettings pool, bool isCluster, ConfigDiagnostics diagnostics, out IReadOnlyList<RespAddress> addresses)
    {
        var source = pool.Source!;
        var found = new List<RespAddress>();
        addresses = found;
        if (isCluster)
        {
            for (var i = 0; i < pool.Addresses.Count; i++)
            {
                if (RespAddress.TryParse(pool.Addresses[i], out var member))
                    found.Add(member);
                else
                    source.Error(diagnostics, "addresses", i, RespAddress.Complaint(pool.Addresses[i]));
            }
            if (pool.Addresses.Count == 0)
                source.Error(diagnostics, "addresses", "a cluster needs \"addresses\", the host:port of some of its members");
            return found.Count > 0 && found.Count == pool.Addresses.Count;
        }
        var name = pool.Address.Length == 0 && pool.Host.Length > 0 ? "host" : "address";
        if (name == "host")
            source.Warning(diagnostics, "host", "\"host\" is the old name of \"address\"; rename it");
        var text = name == "host" ? pool.Host : pool.Address;
        if (RespAddress.TryParse(text, out var address))
        {
            found.Add(address);
            return true;
        }
        source.Error(diagnostics, name, text.Length == 0 ? "\"address\" is required, the host:port of the server" : RespAddress.Complaint(text));
        return false;
    }

    /// <summary>Checks everything else.</summary>
    public static bool IsUsable(PoolSettings pool, bool isCluster, ConfigDiagnostics diagnostics)
    {
        var good = Check(pool, diagnostics, "db", pool.Db is >= 0 and <= 65535 && (!isCluster || pool.Db == 0), isCluster ? "a cluster has no databases; remove it" : "expected the number of a database");
        good &= Check(pool, diagnostics, "pool_size", pool.PoolSize >= 0, "expected a number of commands, or 0 for as many as the connection takes");
        good &= Check(pool, diagnostics, "max_retries", pool.MaxRetries is >= -1 and <= 100, "expected -1 for none, or 0 to 100");
        good &= Check(pool, diagnostics, "max_redirects", pool.MaxRedirects is >= 0 and <= 100, "expected 0 to 100");
        good &= Check(pool, diagnostics, "pool_timeout", pool.PoolTimeout >= TimeSpan.Zero, "expected a duration");
        good &= Check(pool, diagnostics, "dial_timeout", pool.DialTimeout >= TimeSpan.Zero && pool.DialTimeout <= TimeSpan.FromHours(1), "expected a duration of an hour at most");
        good &= Check(pool, diagnostics, "min_retry_backoff", pool.MinRetryBackoff >= TimeSpan.Zero, "expected a duration");
        return good & Check(pool, diagnostics, "max_retry_backoff", pool.MaxRetryBackoff >= pool.MinRetryBackoff, "expected no less than \"min_retry_backoff\"");
    }

    private static bool Check(PoolSettings pool, ConfigDiagnostics diagnostics, string attribute, bool isGood, string message)
    {
        if (!isGood)
            pool.Source!.Error(diagnostics, attribute, message);
        return isGood;
    }
}
