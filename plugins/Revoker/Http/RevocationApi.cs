using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.Revoker.Http;

/// <summary>
/// The API of revocations: <c>/tokens</c> and <c>/status</c>, of the revoke server (AUT-081 to 084, 088) and of a gateway (AUT-252).
/// </summary>
internal class RevocationApi(ApiKey key, IRevocations revocations)
{
    // What is answered is read as JSON and never as a part of a page.
    private static readonly JsonWriterOptions s_text = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether an address is one of the API.</summary>
    public virtual bool Accepts(PathString path) => path.StartsWithSegments("/tokens", StringComparison.Ordinal) || path == "/status";

    /// <summary>Answers a request for an address of the API.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        if (!key.IsIn(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.ContentLength = 0;
            return;
        }
        try
        {
            await RouteAsync(context, SegmentsOf(context)).ConfigureAwait(false);
        }
        catch (ApiException exception)
        {
            await AnswerAsync(context, exception.Status, json =>
            {
                json.WriteStartObject();
                json.WriteString("error", exception.Message);
                json.WriteEndObject();
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Answers a request of somebody who has the key. Throws <see cref="ApiException"/>.</summary>
    /// <param name="context">The exchange.</param>
    /// <param name="path">The segments of its path, decoded.</param>
    protected virtual Task RouteAsync(HttpContext context, string[] path) => path switch
    {
        ["tokens", var claim, var value] => TokenAsync(context, claim, value),
        ["tokens", var claim] => TokensAsync(context, claim),
        ["status"] => StatusAsync(context),
        _ => throw new ApiException(404, "there are /tokens/{claim}/{value}, /tokens/{claim} and /status"),
    };

    /// <summary>Refuses a method.</summary>
    protected static ApiException MethodNotAllowed(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return new ApiException(405, $"the methods are {allowed}");
    }

    /// <summary>Answers without body.</summary>
    protected static Task AnswerAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
            context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Answers with JSON.</summary>
    protected static async Task AnswerAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, s_text))
            write(json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted).ConfigureAwait(false);
    }

    private async Task TokenAsync(HttpContext context, string claim, string value)
    {
        var element = Elements.Of(claim, value);
        switch (context.Request.Method)
        {
            case "POST":
                await revocations.AddAsync([element], context.RequestAborted).ConfigureAwait(false);
                await AnswerAsync(context, StatusCodes.Status201Created).ConfigureAwait(false);
                return;
            case "GET":
                var (hits, misses) = await revocations.FindAsync(element, context.RequestAborted).ConfigureAwait(false);
                await AnswerAsync(context, StatusCodes.Status200OK, json =>
                {
                    json.WriteStartObject();
                    WriteList(json, "hits", hits);
                    WriteList(json, "misses", misses);
                    json.WriteEndObject();
                }).ConfigureAwait(false);
                return;
            default:
                throw MethodNotAllowed(context, "GET, POST");
        }
    }

    private async Task TokensAsync(HttpContext context, string claim)
    {
        if (context.Request.Method != "POST")
            throw MethodNotAllowed(context, "POST");
        await Elements.ReadAsync(claim, context.Request.BodyReader, batch => revocations.AddAsync(batch, context.RequestAborted), context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private Task StatusAsync(HttpContext context) =>
        context.Request.Method == "GET" ? AnswerAsync(context, StatusCodes.Status200OK, revocations.WriteStatus) : throw MethodNotAllowed(context, "GET");

    /// <summary>Writes a list of names.</summary>
    protected static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    // The target as it was sent: a value may hold an encoded slash.
    private static string[] SegmentsOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!target.StartsWith('/'))
            target = context.Request.Path.ToUriComponent();
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        return [.. path[1..].Split('/').Select(Uri.UnescapeDataString)];
    }
}
