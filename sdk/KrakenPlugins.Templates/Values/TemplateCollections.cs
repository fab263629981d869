namespace KrakenPlugins.Templates;

/// <summary>A list that templates read: an adapter over other data, or a <see cref="TemplateList"/>. It must not change while a template runs over it.</summary>
public interface ITemplateList
{
    /// <summary>The number of elements.</summary>
    int Count { get; }

    /// <summary>The element at an index from 0 to <see cref="Count"/> - 1.</summary>
    TemplateValue this[int index] { get; }

    /// <summary>The name of the type in Go, for messages and <c>%T</c>.</summary>
    string TypeName => "[]interface {}";
}

/// <summary>A map with texts as keys that templates read: an adapter over other data, or a <see cref="TemplateMap"/>.</summary>
public interface ITemplateMap
{
    /// <summary>The number of keys.</summary>
    int Count { get; }

    /// <summary>The value of a key; false when there is no such key.</summary>
    bool TryGet(string key, out TemplateValue value);

    /// <summary>The keys in ascending order of their code points (<see cref="KeyOrder"/>), the order in which templates walk them.</summary>
    IReadOnlyList<string> SortedKeys { get; }

    /// <summary>The name of the type in Go, for messages and <c>%T</c>.</summary>
    string TypeName => "map[string]interface {}";
}

/// <summary>An object with a type name and members, so that <c>{{ now.Year }}</c> works.</summary>
public interface ITemplateObject
{
    /// <summary>The name of the type in Go, such as <c>time.Time</c>.</summary>
    string TypeName { get; }

    /// <summary>Whether the object counts as true in a condition.</summary>
    bool IsTrue => true;

    /// <summary>The text that the object prints as.</summary>
    string Text { get; }

    /// <summary>The field (a function without parameters) or method of that name, or null.</summary>
    TemplateFunction? Member(string name) => null;
}
