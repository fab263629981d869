using System.Globalization;
using System.Text;
using KrakenPlugins.RateLimiting;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit;

/// <summary>The answer to a request that a limit refuses: bare, unless the configuration says otherwise (TRF-025, TRF-026, TRF-302).</summary>
/// <param name="status">Status.</param>
/// <param name="body">Body; empty for none.</param>
/// <param name="contentType">Content-Type of a body.</param>
internal sealed class Refusal(int status, string body, string contentType)
{
    /// <summary>What logs say, in the engine's spelling.</summary>
    public const string Text = "rate limit exceded";

    /// <summary>The same for a limit that only watches.</summary>
    public const string DryText = "rate limit exceded (dry run)";

    private readonly byte[] _body = Encoding.UTF8.GetBytes(body);

    /// <summary>Answers; the result is <see langword="false"/>, that of a <see cref="HttpGate"/> that refuses.</summary>
    public ValueTask<bool> AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentLength = _body.Length;
        if (_body.Length == 0)
            return new(false);
        response.ContentType = contentType;
        return HttpMethods.IsHead(context.Request.Method) ? new(false) : WriteAsync(response);
    }

    /// <summary>The failure of a backend.</summary>
    public GatewayError ToError() => new(GatewayErrorKind.Rejected, Text, status)
    {
        Body = _body.Length > 0 ? _body : null,
        ContentType = _body.Length > 0 ? contentType : null,
        IsBodyPublic = _body.Length > 0,
    };

    private async ValueTask<bool> WriteAsync(HttpResponse response)
    {
        await response.BodyWriter.WriteAsync(_body).ConfigureAwait(false);
        return false;
    }
}

/// <summary>
/// What answers tell of a bucket (TRF-301): the fields <c>RateLimit-Policy</c> and <c>RateLimit</c> of draft-ietf-httpapi-ratelimit-headers-10, and
/// <c>Retry-After</c> with refusals.
/// </summary>
/// <param name="name">Name of the policy.</param>
/// <param name="rate">How the bucket fills.</param>
internal sealed class RateHeaders(string name, TokenRate rate)
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly string _policy = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={rate.Capacity};w={Seconds(rate.Window)}");

    /// <summary>Adds them.</summary>
    /// <param name="headers">Of the answer.</param>
    /// <param name="fullAt">The bucket.</param>
    /// <param name="now">The time.</param>
    public void Add(IHeaderDictionary headers, long fullAt, long now)
    {
        headers.Append("RateLimit-Policy", _policy);
        headers.Append("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={rate.Remaining(fullAt, now)};t={Seconds(Math.Max(0, fullAt - now))}"));
    }

    /// <summary>Says when there is a token again, at least a second from now.</summary>
    public void AddRetry(IHeaderDictionary headers, long fullAt, long now) =>
        headers.RetryAfter = Math.Max(1, Seconds(rate.WaitOf(fullAt, now))).ToString(CultureInfo.InvariantCulture);

    private static long Seconds(long nanoseconds) => (long)Math.Ceiling(nanoseconds / NanosecondsPerSecond);
}
