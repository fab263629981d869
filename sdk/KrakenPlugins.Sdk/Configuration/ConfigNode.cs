using System.Globalization;

namespace KrakenPlugins.Sdk.Configuration;

/// <summary>What a <see cref="ConfigNode"/> holds.</summary>
public enum ConfigKind
{
    /// <summary>An explicit <c>null</c>; every reader treats it as absence.</summary>
    Null,
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,
    /// <summary>A number, kept as the text of the document.</summary>
    Number,
    /// <summary>A text.</summary>
    String,
    /// <summary>A list.</summary>
    Array,
    /// <summary>Named members in document order.</summary>
    Object,
}

/// <summary>A place in a source file.</summary>
/// <param name="File">Path as the operator wrote it.</param>
/// <param name="Line">Line, counted from 1; 0 when the place is the file as a whole.</param>
/// <param name="Column">Column in characters (UTF-16 units), counted from 1.</param>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>, or the file alone when no line is known.</summary>
    public override string ToString() =>
        Line == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}

/// <summary>One <c>"name": value</c> of an object, in document order.</summary>
/// <param name="Name">The key, unescaped, in the document's case.</param>
/// <param name="NamePosition">Where the key starts.</param>
/// <param name="Value">The value.</param>
public readonly record struct ConfigMember(string Name, SourcePosition NamePosition, ConfigNode Value);

/// <summary>
/// One value of a configuration document, whatever its format (JSON, YAML, TOML): immutable, with its position, duplicates
/// kept, numbers as text. The tree is what core and every plugin bind their settings from.
/// </summary>
public sealed class ConfigNode
{
    private static readonly ConfigMember[] s_noMembers = [];
    private static readonly ConfigNode[] s_noItems = [];

    private ConfigNode(ConfigKind kind, SourcePosition position, string? text, IReadOnlyList<ConfigNode>? items, IReadOnlyList<ConfigMember>? members)
    {
        Kind = kind;
        Position = position;
        Text = text ?? "";
        Items = items ?? s_noItems;
        Members = members ?? s_noMembers;
    }

    /// <summary>What the node holds.</summary>
    public ConfigKind Kind { get; }

    /// <summary>Where the value starts.</summary>
    public SourcePosition Position { get; }

    /// <summary>The unescaped text of a string, the source text of a number, <c>true</c>/<c>false</c> of a boolean, else empty.</summary>
    public string Text { get; }

    /// <summary>Elements of an array, else empty.</summary>
    public IReadOnlyList<ConfigNode> Items { get; }

    /// <summary>Members of an object in document order, duplicates included, else empty.</summary>
    public IReadOnlyList<ConfigMember> Members { get; }

    /// <summary>The value of the last member with exactly this name, or <see langword="null"/> when there is none or it is <c>null</c>.</summary>
    public ConfigNode? this[string name]
    {
        get
        {
            for (var i = Members.Count - 1; i >= 0; i--)
            {
                if (string.Equals(Members[i].Name, name, StringComparison.Ordinal))
                    return Members[i].Value.Kind == ConfigKind.Null ? null : Members[i].Value;
            }
            return null;
        }
    }

    /// <summary>An explicit null.</summary>
    public static ConfigNode Null(SourcePosition position) => new(ConfigKind.Null, position, null, null, null);

    /// <summary>A boolean.</summary>
    public static ConfigNode Boolean(SourcePosition position, bool value) => new(ConfigKind.Boolean, position, value ? "true" : "false", null, null);

    /// <summary>A number with the text of the document.</summary>
    public static ConfigNode Number(SourcePosition position, string text) => new(ConfigKind.Number, position, text, null, null);

    /// <summary>A text.</summary>
    public static ConfigNode String(SourcePosition position, string text) => new(ConfigKind.String, position, text, null, null);

    /// <summary>A list.</summary>
    public static ConfigNode Array(SourcePosition position, IReadOnlyList<ConfigNode> items) => new(ConfigKind.Array, position, null, items, null);

    /// <summary>An object; members stay in the given order and may repeat names.</summary>
    public static ConfigNode Object(SourcePosition position, IReadOnlyList<ConfigMember> members) => new(ConfigKind.Object, position, null, null, members);
}
