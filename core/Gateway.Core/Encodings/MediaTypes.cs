namespace Gateway.Core.Encodings;

/// <summary>The <c>Content-Type</c> of each render, byte for byte (MAN-074 to MAN-078).</summary>
public static class MediaTypes
{
    /// <summary><c>json</c> and <c>fast-json</c> (MAN-074, MAN-075).</summary>
    public const string Json = "application/json; charset=utf-8";

    /// <summary><c>json-collection</c> (MAN-076).</summary>
    public const string JsonCollection = Json;

    /// <summary><c>string</c>, and the text of errors (MAN-077, MAN-007).</summary>
    public const string Text = "text/plain; charset=utf-8";

    /// <summary><c>xml</c>; no charset, as in the reference (MAN-078).</summary>
    public const string Xml = "application/xml";
}
