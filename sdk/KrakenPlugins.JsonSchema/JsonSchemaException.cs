namespace KrakenPlugins.JsonSchema;

/// <summary>A schema that cannot be used: it is malformed, refers to nothing, or refers to itself without end.</summary>
/// <param name="location">Where: the absolute URI of the document, if it has one, and a JSON pointer (<c>https://a/b.json#/properties/x</c>).</param>
/// <param name="reason">What is wrong there and what was expected.</param>
public sealed class JsonSchemaException(string location, string reason) : Exception($"{location}: {reason}")
{
    /// <summary>Where: the absolute URI of the document, if it has one, and a JSON pointer into it.</summary>
    public string Location { get; } = location;

    /// <summary>What is wrong there and what was expected.</summary>
    public string Reason { get; } = reason;
}
