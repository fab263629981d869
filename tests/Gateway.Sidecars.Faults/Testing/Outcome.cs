using System.Net;
using System.Text.Json;

namespace Gateway.Sidecars.Faults.Testing;

/// <summary>What came of one request.</summary>
internal enum Outcome
{
    /// <summary>The answer to this very request, with the sidecar's mark.</summary>
    Right,
    /// <summary>The answer to this very request, which the sidecar had no part in.</summary>
    Bypassed,
    /// <summary>503: the sidecar is away.</summary>
    Unavailable,
    /// <summary>504: the sidecar did not answer in time.</summary>
    Late,
    /// <summary>500: the sidecar broke the rules in this call.</summary>
    Failed,
    /// <summary>403, which the sidecar answered.</summary>
    Refused,
    /// <summary>An answer to another request.</summary>
    Mixed,
    /// <summary>No answer within the limit.</summary>
    Hanging,
    /// <summary>The connection ended without an answer.</summary>
    Lost,
    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>An answer and what it is.</summary>
/// <param name="Outcome">What it is.</param>
/// <param name="Text">The answer itself, for messages.</param>
internal readonly record struct Reading(Outcome Outcome, string Text)
{
    /// <summary>Judges an answer by the marker of its request.</summary>
    public static Reading Of(HttpResponseMessage answer, string body, string marker) => new(
        answer.StatusCode switch
        {
            HttpStatusCode.OK => Judge(answer, body, marker),
            HttpStatusCode.ServiceUnavailable => Outcome.Unavailable,
            HttpStatusCode.GatewayTimeout => Outcome.Late,
            HttpStatusCode.InternalServerError => Outcome.Failed,
            HttpStatusCode.Forbidden => Outcome.Refused,
            _ => Outcome.Other,
        },
        $"{(int)answer.StatusCode} {answer.Headers.ToString().ReplaceLineEndings("; ")} {(body.Length > 300 ? body[..300] : body)}");

    private static Outcome Judge(HttpResponseMessage answer, string body, string marker)
    {
        // What the sidecar answers by itself.
        if (body == marker)
            return Outcome.Right;
        JsonElement document;
        try
        {
            document = JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return Outcome.Other;
        }
        if (TextOf(document, "marker") != marker)
            return Outcome.Mixed;
        var mark = answer.Headers.TryGetValues("X-Sidecar-Marker", out var values) ? values.Single() : TextOf(document, "sidecar");
        return mark is null ? Outcome.Bypassed : mark == marker ? Outcome.Right : Outcome.Mixed;
    }

    private static string? TextOf(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out var value) ? value.GetString() : null;
}
