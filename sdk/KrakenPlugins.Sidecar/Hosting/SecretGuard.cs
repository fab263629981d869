using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Grpc;
using KrakenPlugins.Sidecar.Protocol;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sidecar.Hosting;

/// <summary>Lets nobody in who does not know the secret of this start.</summary>
internal sealed class SecretGuard(string secret)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    /// <summary>Whether a call carries it; compared in a time that says nothing.</summary>
    public bool Admits(HttpContext context)
    {
        var given = context.Request.Headers[PluginServiceMethods.SecretName];
        return given.Count == 1 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[0]!), _secret);
    }

    /// <summary>Answers a call that does not.</summary>
    public static void Refuse(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)GrpcStatusCode.Unauthenticated).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = "the secret is missing or wrong";
    }
}
