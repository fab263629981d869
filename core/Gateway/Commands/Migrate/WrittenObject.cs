namespace Gateway.Commands.Migrate;

/// <summary>A key as it stands in a text.</summary>
/// <param name="Name">Without quotes and escapes; empty where a template makes it.</param>
/// <param name="Start">Where its quotes begin, in characters.</param>
/// <param name="End">Behind its quotes.</param>
/// <param name="Line">Counted from 1.</param>
internal sealed record WrittenKey(string Name, int Start, int End, int Line)
{
    /// <summary>Where its value stands when that is a number or a word: from and behind.</summary>
    public (int Start, int End) Word { get; set; }
}

/// <summary>An object of a text that need not be a whole document.</summary>
/// <param name="parent">The object around it, lists left out; <see langword="null"/> for what stands outside of all objects.</param>
/// <param name="key">The name under which it, or the list that holds it, stands; empty where there is none.</param>
internal sealed class WrittenObject(WrittenObject? parent, string key)
{
    /// <summary>The object around it; <see langword="null"/> for members that stand outside of all braces, as in a partial.</summary>
    public WrittenObject? Parent => parent;

    /// <summary>The name under which it stands, or empty.</summary>
    public string Key => key;

    /// <summary>Its keys in order.</summary>
    public List<WrittenKey> Keys { get; } = [];

    /// <summary>Whether it has a key.</summary>
    public bool Has(string name) => Keys.Exists(k => k.Name == name);
}
