using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>Results as texts.</summary>
public static class TestResults
{
    /// <summary>The data as canonical JSON, keys sorted; <c>null</c> when there is none. Throws <see cref="InvalidOperationException"/> with the failure of a result without response.</summary>
    public static string Json(this ProxyResult result)
    {
        if (result.Response is not { } response)
            throw new InvalidOperationException(result.Error is { } error ? $"the call failed with {error.StatusCode}: {error.Message}" : "there is neither response nor error");
        return response.Json();
    }

    /// <summary>The data as canonical JSON, keys sorted; <c>null</c> when there is none.</summary>
    public static string Json(this ProxyResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Data.Json();
    }

    /// <summary>Data as canonical JSON, keys sorted; <c>null</c> when there is none.</summary>
    public static string Json(this Payload? payload)
    {
        if (payload is null)
            return "null";
        using var bytes = new PooledBytes();
        payload.WriteJson(bytes);
        return Encoding.UTF8.GetString(bytes.Span);
    }

    /// <summary>Reads the body of a raw answer to its end.</summary>
    public static async Task<string> ReadTextAsync(this ClientResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        using var bytes = await response.ReadAllAsync(int.MaxValue, CancellationToken.None).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes.Span);
    }

    /// <summary>The body that an exchange of <see cref="TestRequest.Exchange"/> was answered with.</summary>
    public static string ReadText(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
    }

    /// <summary>Decodes a body with a decoder. Throws <see cref="FormatException"/> with its error when it refuses.</summary>
    public static string DecodeText(this Plugins.BodyDecoder decoder, string body)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        var bytes = new PooledBytes();
        bytes.Write(Encoding.UTF8.GetBytes(body));
        if (!decoder(bytes, out var payload, out var error))
            throw new FormatException(error);
        using (payload)
            return payload.Json();
    }

    /// <summary>Renders a JSON object with a render.</summary>
    public static string RenderText(this Plugins.IBodyRender render, string json)
    {
        ArgumentNullException.ThrowIfNull(render);
        using var payload = TestPayload.Of(json);
        using var bytes = new PooledBytes();
        render.Write(payload, bytes);
        return Encoding.UTF8.GetString(bytes.Span);
    }

    /// <summary>A raw HTTP answer.</summary>
    public static ClientResponse RawAnswer(int statusCode, string body = "", params (string Name, string Value)[] headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var list = new NameValueList(ignoreCase: true);
        foreach (var (name, value) in headers)
            list.Add(name, value);
        return new SyntheticResponse(Encoding.UTF8.GetBytes(body), statusCode, list);
    }
}
