namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>A <c>format</c> that can reject a text.</summary>
internal abstract class StringFormat(string name)
{
    internal string Name { get; } = name;

    internal abstract bool IsMatch(ReadOnlySpan<char> text);

    /// <summary>The format of that name in a draft; <see langword="null"/> for an unknown name, which never rejects.</summary>
    internal static StringFormat? Find(string name, JsonSchemaDraft draft) => null;
}
