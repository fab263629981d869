namespace KrakenPlugins.Templates;

/// <summary>What a <see cref="TemplateValue"/> is.</summary>
public enum TemplateKind : byte
{
    /// <summary>No value at all, such as that of a key that a map does not have: prints as <c>&lt;no value&gt;</c>, is false.</summary>
    Missing,

    /// <summary>A value that is nil (JSON's null).</summary>
    Nil,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Bool,

    /// <summary>A signed integer of 64 bits: integer literals, lengths, indices, results of integer functions.</summary>
    Int,

    /// <summary>A floating-point number of 64 bits; every number of JSON, YAML and TOML data is one, as in Go.</summary>
    Float,

    /// <summary>A text.</summary>
    String,

    /// <summary>An <see cref="ITemplateList"/>.</summary>
    List,

    /// <summary>An <see cref="ITemplateMap"/>.</summary>
    Map,

    /// <summary>Anything else that only functions understand: a time, a <see cref="TemplateFunction"/>, an <see cref="ITemplateObject"/>.</summary>
    Object,
}
