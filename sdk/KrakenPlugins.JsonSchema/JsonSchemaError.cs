namespace KrakenPlugins.JsonSchema;

/// <summary>One reason why a value does not match its schema.</summary>
public class JsonSchemaError
{
    /// <summary>JSON pointer (RFC 6901) of the value that is wrong; empty for the value as a whole.</summary>
    public required string InstancePointer { get; init; }

    /// <summary>Absolute location of the keyword: the URI of the schema resource, <c>#</c> and a JSON pointer.</summary>
    public required string SchemaLocation { get; init; }

    /// <summary>The keyword that rejected the value: <c>type</c>, <c>required</c>, <c>additionalProperties</c>; empty for the schema <c>false</c>.</summary>
    public required string Keyword { get; init; }

    /// <summary>The name that a value lacks (<c>required</c>, <c>dependentRequired</c>, <c>dependencies</c>); else <see langword="null"/>.</summary>
    public string? MissingProperty { get; init; }

    /// <summary>A sentence for people: <c>"port" must be an integer, not a string</c>.</summary>
    public required string Message { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(InstancePointer.Length == 0 ? "(root)" : InstancePointer)}: {Message}";
}

/// <summary>A reason with the caller's own node, from which it knows the position in a file.</summary>
/// <typeparam name="T">The instance struct.</typeparam>
public sealed class JsonSchemaError<T> : JsonSchemaError
    where T : struct
{
    /// <summary>The value that is wrong; of an unknown property its value.</summary>
    public required T Instance { get; init; }
}
