namespace KrakenPlugins.JsonSchema.Formats;

internal delegate bool TextCheck(ReadOnlySpan<char> text);

/// <summary>A <c>format</c> that can reject a text.</summary>
internal sealed class StringFormat(string name, TextCheck isMatch)
{
    private static readonly Dictionary<string, (JsonSchemaDraft Since, StringFormat Format)> s_formats = new(StringComparer.Ordinal);

    static StringFormat()
    {
        Add(JsonSchemaDraft.Draft4, "date-time", DateFormats.IsDateTime);
        Add(JsonSchemaDraft.Draft4, "email", text => EmailFormat.IsEmail(text, international: false));
        Add(JsonSchemaDraft.Draft4, "hostname", HostNameFormat.IsHostName);
        Add(JsonSchemaDraft.Draft4, "ipv4", AddressFormats.IsIPv4);
        Add(JsonSchemaDraft.Draft4, "ipv6", AddressFormats.IsIPv6);
        Add(JsonSchemaDraft.Draft4, "uri", text => UriFormat.IsUri(text, reference: false, international: false));
        Add(JsonSchemaDraft.Draft6, "uri-reference", text => UriFormat.IsUri(text, reference: true, international: false));
        Add(JsonSchemaDraft.Draft6, "uri-template", UriTemplateFormat.IsTemplate);
        Add(JsonSchemaDraft.Draft6, "json-pointer", PointerFormats.IsPointer);
        Add(JsonSchemaDraft.Draft7, "relative-json-pointer", PointerFormats.IsRelativePointer);
        Add(JsonSchemaDraft.Draft7, "date", DateFormats.IsDate);
        Add(JsonSchemaDraft.Draft7, "time", DateFormats.IsTime);
        Add(JsonSchemaDraft.Draft7, "idn-email", text => EmailFormat.IsEmail(text, international: true));
        Add(JsonSchemaDraft.Draft7, "idn-hostname", HostNameFormat.IsInternationalHostName);
        Add(JsonSchemaDraft.Draft7, "iri", text => UriFormat.IsUri(text, reference: false, international: true));
        Add(JsonSchemaDraft.Draft7, "iri-reference", text => UriFormat.IsUri(text, reference: true, international: true));
        Add(JsonSchemaDraft.Draft7, "regex", text => PatternMatcher.TryParse(text.ToString(), out _, out _));
        Add(JsonSchemaDraft.Draft201909, "duration", DateFormats.IsDuration);
        Add(JsonSchemaDraft.Draft201909, "uuid", IsUuid);
    }

    internal string Name { get; } = name;

    internal bool IsMatch(ReadOnlySpan<char> text) => isMatch(text);

    /// <summary>The format of that name in a draft; <see langword="null"/> for an unknown name, which never rejects.</summary>
    internal static StringFormat? Find(string name, JsonSchemaDraft draft) =>
        s_formats.TryGetValue(name, out var known) && draft >= known.Since ? known.Format : null;

    private static void Add(JsonSchemaDraft since, string name, TextCheck check) => s_formats.Add(name, (since, new StringFormat(name, check)));

    // RFC 4122 section 3: the form with hyphens and nothing else.
    private static bool IsUuid(ReadOnlySpan<char> text) => text.Length == 36 && Guid.TryParseExact(text, "D", out _);
}
