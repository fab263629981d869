using System.Text;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary><c>body.Modifier</c>: another body, with the headers that describe it (MAN-154, MAN-155).</summary>
internal static class BodyModifier
{
    public static Component Compile(Definition definition)
    {
        var bytes = Decode(definition, definition.Text("body"));
        var contentType = definition.OptionalText("contentType") ?? "";
        if (!HeaderText.IsValue(contentType))
            throw definition.Fault("contentType", "must not hold line breaks or other control characters");
        return definition.Scoped(Phases.Both, new RequestBodyModifier(bytes, contentType), new ResponseBodyModifier(bytes, contentType));
    }

    private static byte[] Decode(Definition definition, string text)
    {
        // The language's own decoder skips line breaks and nothing else.
        var joined = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        var bytes = new byte[joined.Length];
        if (joined.AsSpan().ContainsAny(' ', '\t') || !Convert.TryFromBase64String(joined, bytes, out var length))
            throw definition.Fault("body", "is no base64 text (standard alphabet, with padding)");
        return bytes[..length];
    }

    private sealed class RequestBodyModifier(byte[] bytes, string contentType) : Modifier
    {
        public override string? Apply(ref Call call)
        {
            var request = call.Request;
            request.Body = RequestBody.Of(bytes);
            request.Headers.Set("Content-Type", contentType);
            request.Headers.Remove("Content-Encoding");
            return null;
        }
    }

    private sealed class ResponseBodyModifier(byte[] bytes, string contentType) : Modifier
    {
        private readonly string _boundary = Boundary(bytes);

        public override string? Apply(ref Call call)
        {
            var response = call.Edit();
            if (call.Request.Headers.Get("Range") is not { Length: > 0 } range)
            {
                response.ReplaceBody(bytes, contentType);
                return null;
            }
            var answer = ByteRanges.Answer(range, bytes, contentType, _boundary);
            response.SetStatus(answer.StatusCode);
            response.ReplaceBody(answer.Body, answer.ContentType);
            if (answer.ContentRange is not null)
                response.Headers.Set("Content-Range", answer.ContentRange);
            else
                response.Headers.Remove("Content-Range");
            return null;
        }

        private static string Boundary(byte[] bytes)
        {
            string boundary;
            do
                boundary = Guid.NewGuid().ToString("N");
            while (bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(boundary)) >= 0);
            return boundary;
        }
    }
}
