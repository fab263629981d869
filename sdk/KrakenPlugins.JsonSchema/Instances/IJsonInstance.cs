namespace KrakenPlugins.JsonSchema;

/// <summary>What a value of an instance is.</summary>
public enum JsonInstanceKind
{
    /// <summary><c>null</c>.</summary>
    Null,
    /// <summary><c>false</c>.</summary>
    False,
    /// <summary><c>true</c>.</summary>
    True,
    /// <summary>A number, known by its text.</summary>
    Number,
    /// <summary>A text.</summary>
    String,
    /// <summary>A list.</summary>
    Array,
    /// <summary>Named members.</summary>
    Object,
}

/// <summary>
/// A value to validate: a struct over a node of the caller's own tree, so that nothing is copied and nothing is boxed. The
/// validator is compiled for each implementation.
/// </summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
/// <typeparam name="TChildren">The cursor over the children of a list or of an object.</typeparam>
public interface IJsonInstance<TSelf, TChildren>
    where TSelf : struct, IJsonInstance<TSelf, TChildren>
    where TChildren : struct, IJsonChildren<TSelf>
{
    /// <summary>What the value is.</summary>
    JsonInstanceKind Kind { get; }

    /// <summary>Number of items of a list or of members of an object; not called for anything else.</summary>
    int Count { get; }

    /// <summary>
    /// The unescaped text of a string, or the text of a number in JSON's grammar; not called for anything else. The span is read
    /// before the next call that is given the same buffer.
    /// </summary>
    /// <param name="buffer">Room for a text that the tree does not hold as UTF-16.</param>
    ReadOnlySpan<char> GetText(JsonTextBuffer buffer);

    /// <summary>A cursor before the first child of a list or of an object; the order must be the same at every call.</summary>
    TChildren GetChildren();
}

/// <summary>A cursor over the children of one list or object.</summary>
/// <typeparam name="T">The instance struct.</typeparam>
public interface IJsonChildren<T>
    where T : struct
{
    /// <summary>The child that the last <see cref="MoveNext"/> reached.</summary>
    T Current { get; }

    /// <summary>Goes to the next child; <see langword="false"/> after the last one.</summary>
    bool MoveNext();

    /// <summary>The unescaped name of the current member of an object; the span is read before the buffer's next use.</summary>
    /// <param name="buffer">Room for a name that the tree does not hold as UTF-16.</param>
    ReadOnlySpan<char> GetName(JsonTextBuffer buffer);
}
