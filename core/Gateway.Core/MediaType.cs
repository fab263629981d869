namespace Gateway.Core;

/// <summary>Media types of the gateway's own answers (MAN-074 to 078).</summary>
internal static class MediaType
{
    public const string Json = "application/json; charset=utf-8";
    public const string PlainText = "text/plain; charset=utf-8";
    public const string Xml = "application/xml";
}
