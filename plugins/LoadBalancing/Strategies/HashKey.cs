using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.LoadBalancing.Strategies;

/// <summary>What of a request says which host it belongs to.</summary>
internal abstract class HashKey
{
    /// <summary>What can be a key.</summary>
    public static string[] Sources { get; } = ["header", "query", "parameter", "cookie", "claim", "client_ip"];

    /// <summary>The hash of a request's key; false for a request without.</summary>
    public abstract bool TryRead(ProxyRequest request, out ulong hash);

    /// <summary>A key of one of <see cref="Sources"/>.</summary>
    public static HashKey Of(string source, string name, IServiceContext context) => source switch
    {
        "header" => new HeaderKey(name),
        "query" => new QueryKey(name),
        // Names of placeholders have their first letter in upper case (RTE-025).
        "parameter" => new ParameterKey(char.ToUpperInvariant(name[0]) + name[1..]),
        "cookie" => new CookieKey(name),
        "claim" => new ClaimKey(name),
        "client_ip" => new ClientKey(context),
        _ => throw new ArgumentOutOfRangeException(nameof(source)),
    };

    private static bool TryHash(string? text, out ulong hash)
    {
        if (string.IsNullOrEmpty(text))
        {
            hash = 0;
            return false;
        }
        hash = KeyHash.Of(text);
        return true;
    }

    private sealed class HeaderKey(string name) : HashKey
    {
        public override bool TryRead(ProxyRequest request, out ulong hash) => TryHash(request.Headers.Get(name), out hash);
    }

    private sealed class QueryKey(string name) : HashKey
    {
        public override bool TryRead(ProxyRequest request, out ulong hash) => TryHash(request.Query.Get(name), out hash);
    }

    private sealed class ParameterKey(string name) : HashKey
    {
        public override bool TryRead(ProxyRequest request, out ulong hash) => TryHash(request.Parameters.Get(name), out hash);
    }

    private sealed class ClaimKey(string name) : HashKey
    {
        public override bool TryRead(ProxyRequest request, out ulong hash) => TryHash(request.Claims?.GetText(name), out hash);
    }

    private sealed class ClientKey(IServiceContext context) : HashKey
    {
        public override bool TryRead(ProxyRequest request, out ulong hash)
        {
            hash = 0;
            return request.HttpContext is { } exchange && !request.ClientAborted.IsCancellationRequested && TryHash(context.ClientAddress(exchange), out hash);
        }
    }

    private sealed class CookieKey(string name) : HashKey
    {
        public override bool TryRead(ProxyRequest request, out ulong hash)
        {
            foreach (var header in request.Headers.Items)
            {
                if (header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase) && TryFind(header.Value, out var value))
                {
                    hash = KeyHash.Of(value);
                    return true;
                }
            }
            hash = 0;
            return false;
        }

        private bool TryFind(ReadOnlySpan<char> cookies, out ReadOnlySpan<char> value)
        {
            foreach (var range in cookies.Split(';'))
            {
                var cookie = cookies[range].Trim(' ');
                if (cookie.Length <= name.Length + 1 || cookie[name.Length] != '=' || !cookie.StartsWith(name, StringComparison.Ordinal))
                    continue;
                value = cookie[(name.Length + 1)..];
                return true;
            }
            value = default;
            return false;
        }
    }
}
