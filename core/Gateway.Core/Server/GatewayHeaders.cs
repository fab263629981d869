using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Gateway.Core.Server;

/// <summary>The headers that the gateway itself puts on responses; their values are made once.</summary>
internal sealed class GatewayHeaders(bool hideVersion)
{
    public const string VersionName = "X-Krakend";
    public const string CompletedName = "X-Krakend-Completed";

    private static readonly StringValues s_true = "true";
    private static readonly StringValues s_false = "false";
    private readonly StringValues _version = hideVersion ? Product.HiddenVersionHeader : Product.VersionHeader;

    /// <summary>Adds <c>X-Krakend</c> and <c>X-Krakend-Completed</c> (RTE-117, 118).</summary>
    public void Apply(HttpResponse response, bool completed)
    {
        response.Headers[VersionName] = _version;
        response.Headers[CompletedName] = completed ? s_true : s_false;
    }

    /// <summary>Adds <c>X-Krakend</c> alone (generated OPTIONS).</summary>
    public void ApplyVersion(HttpResponse response) => response.Headers[VersionName] = _version;
}
