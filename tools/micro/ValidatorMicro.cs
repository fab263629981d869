using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Keys;
using KrakenPlugins.JwtValidator.Tokens;
using KrakenPlugins.JwtValidator.Validation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Micro;

/// <summary>What <c>auth/validator</c> costs a request beside the bare signature: RS256 with a typical token, new and seen before.</summary>
internal static class ValidatorMicro
{
    private const int Rounds = 400;
    private const int CallsPerRound = 500;

    public static void Run()
    {
        using var rsa = RSA.Create(2048);
        var key = rsa.ExportParameters(false);
        var set = JwkSet.Parse(Encoding.UTF8.GetBytes($$"""{"keys":[{"kty":"RSA","kid":"k","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}]}"""), static _ => { });
        var expires = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600;
        var input = $"{Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT","kid":"k"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"iss":"https://idp.example.com/","sub":"5be86359073c434bad2da3932222dabe","aud":["https://api.example.com"],"exp":{{expires}},"azp":"app","scope":"read write","roles":["user","admin"]}"""))}";
        var signed = Encoding.ASCII.GetBytes(input);
        var signature = rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var token = $"Bearer {input}.{Base64Url.EncodeToString(signature)}";

        Console.WriteLine($"{"what",-28} {"ns",10} {"bytes",7} {"ratio",6}");
        var bare = Best(() => rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Write("bare RSA verify", bare, bare);
        using var fresh = Validation(set, null);
        Write("a token, new each time", Best(fresh, token), bare);
        using var cached = Validation(set, new TokenCache(1000));
        Write("a token seen before", Best(cached, token), bare);
    }

    private static void Write(string what, (double Nanoseconds, double Bytes) cost, (double Nanoseconds, double Bytes) bare) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-28} {cost.Nanoseconds,10:F0} {cost.Bytes,7:F0} {cost.Nanoseconds / bare.Nanoseconds,6:F2}"));

    private static (double Nanoseconds, double Bytes) Best(JwtValidation validation, string token)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = token;
        var passed = false;
        Task Next(HttpContext _)
        {
            passed = true;
            return Task.CompletedTask;
        }
        RequestDelegate next = Next;
        return Best(() =>
        {
            passed = false;
            validation.InvokeAsync(context, next).GetAwaiter().GetResult();
            return passed;
        });
    }

    // The fastest round: what disturbs a round only ever adds to it.
    private static (double Nanoseconds, double Bytes) Best(Func<bool> call)
    {
        var (best, bytes) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRound; i++)
            {
                if (!call())
                    throw new InvalidOperationException("the token is refused");
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / CallsPerRound);
            bytes = Math.Min(bytes, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / CallsPerRound);
        }
        return (best, bytes);
    }

    private static JwtValidation Validation(JwkSet set, TokenCache? cache) => new(new ValidationOptions
    {
        Source = new TokenSource("Authorization", "access_token"),
        Rejecters = [],
        Cache = cache,
        Leeway = TimeSpan.FromSeconds(1),
        Rules = new TokenRules
        {
            Algorithm = JwsAlgorithm.RS256,
            Identification = JwkIdentification.Kid,
            Issuers = [new IssuerRule("https://idp.example.com/", ["https://api.example.com"], takesAny: false, new FixedKeys(new KeyRing(set, JwsAlgorithm.RS256, JwkIdentification.Kid)))],
            Roles = new AccessRule(ClaimPath.Literal("roles"), ["admin"], needsAll: false),
            Propagation = new Propagation([new PropagatedClaim(ClaimPath.Dotted("sub"), "X-User")], keepsLists: false),
        },
    }, TimeProvider.System, NullLogger.Instance, "[ENDPOINT: /e]");
}
