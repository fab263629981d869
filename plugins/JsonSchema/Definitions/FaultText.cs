using System.Text;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JsonSchemaValidation.Definitions;

/// <summary>
/// Faults as the reference shows them: <c>- &lt;field&gt;: &lt;description&gt;</c>, one per line (MAN-174). A description says what the schema
/// wants and never a value of the document: what is wrong in a backend's answer may be shown to the client.
/// </summary>
internal sealed class FaultText(SchemaPlaces places)
{
    private const int MaxLevels = 32;
    private const int MaxName = 100;
    private const int MaxParameter = 200;

    /// <summary>The lines of some faults.</summary>
    public string Of<T, TChildren>(IReadOnlyList<JsonSchemaError<T>> errors)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        var text = new StringBuilder();
        foreach (var error in errors)
        {
            if (text.Length > 0)
                text.Append('\n');
            var isUnwanted = error.Keyword is "additionalProperties" or "unevaluatedProperties" && error.InstancePointer.Length > 0;
            var slash = error.InstancePointer.LastIndexOf('/');
            text.Append("- ").Append(FieldOf(isUnwanted ? error.InstancePointer[..slash] : error.InstancePointer)).Append(": ");
            if (isUnwanted)
                text.Append("Additional property ").Append(NameOf(error.InstancePointer[(slash + 1)..])).Append(" is not allowed");
            else
                text.Append(DescriptionOf(error, KindOf<T, TChildren>(error.Instance)));
        }
        return text.ToString();
    }

    private string DescriptionOf(JsonSchemaError error, string given) => error.Keyword switch
    {
        "required" => $"{Clean(error.MissingProperty!)} is required",
        "dependencies" or "dependentRequired" when error.MissingProperty is { } missing => $"Has a dependency on {Clean(missing)}",
        "type" => $"Invalid type. Expected: {Parameter(error)}, given: {given}",
        "enum" => $"Must be one of the following: {Parameter(error)}",
        "const" => $"Must be equal to {Parameter(error)}",
        "minLength" => $"String length must be greater than or equal to {Parameter(error)}",
        "maxLength" => $"String length must be less than or equal to {Parameter(error)}",
        "pattern" => $"Does not match pattern '{Parameter(error)}'",
        "format" => $"Does not match format '{Parameter(error)}'",
        "minimum" => $"Must be greater than or equal to {Parameter(error)}",
        "maximum" => $"Must be less than or equal to {Parameter(error)}",
        "exclusiveMinimum" => $"Must be greater than {Parameter(error)}",
        "exclusiveMaximum" => $"Must be less than {Parameter(error)}",
        "multipleOf" or "divisibleBy" => $"Must be a multiple of {Parameter(error)}",
        "minItems" => $"Array must have at least {Parameter(error)} items",
        "maxItems" => $"Array must have at most {Parameter(error)} items",
        "uniqueItems" => "Array items must be unique",
        "contains" or "minContains" => "At least one of the items must match",
        "maxContains" => $"At most {Parameter(error)} of the items must match",
        "minProperties" => $"Must have at least {Parameter(error)} properties",
        "maxProperties" => $"Must have at most {Parameter(error)} properties",
        "propertyNames" => "A name of its properties does not match",
        "items" or "additionalItems" or "unevaluatedItems" or "prefixItems" => "No additional items allowed on array",
        "anyOf" => "Must validate at least one schema (anyOf)",
        "oneOf" => "Must validate one and only one schema (oneOf)",
        "not" => "Must not validate the schema (not)",
        "" when error.Message.StartsWith("validation was given up", StringComparison.Ordinal) => error.Message,
        "" => "False always fails validation",
        var keyword => $"Must validate the schema ({keyword})",
    };

    private string Parameter(JsonSchemaError error)
    {
        var node = places.Find(error.SchemaLocation, out _, out var isExact);
        if (!isExact)
            return "what the schema says";
        var text = node.Kind switch
        {
            ConfigKind.Array when error.Keyword == "type" => $"[{string.Join(',', node.Items.Select(static i => i.Text))}]",
            ConfigKind.Array => string.Join(", ", node.Items.Select(ValueOf)),
            _ when error.Keyword is "const" => ValueOf(node),
            _ => node.Text,
        };
        return text.Length <= MaxParameter ? text : string.Concat(text.AsSpan(0, MaxParameter - 1), "…");
    }

    private static string ValueOf(ConfigNode node) => node.Kind switch
    {
        ConfigKind.String => ConfigText.Quote(node.Text),
        ConfigKind.Null => "null",
        ConfigKind.Array => "a list",
        ConfigKind.Object => "an object",
        _ => node.Text,
    };

    private static string FieldOf(string pointer)
    {
        if (pointer.Length == 0)
            return "(root)";
        return string.Join('.', pointer[1..].Split('/').Take(MaxLevels).Select(NameOf));
    }

    private static string NameOf(string token) => Clean(token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    // A name of the document stands on one line of the answer and of the log.
    private static string Clean(string name) => ConfigText.Inline(name.Length <= MaxName ? name : string.Concat(name.AsSpan(0, MaxName - 1), "…"));

    private static string KindOf<T, TChildren>(in T instance)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T> => instance.Kind switch
        {
            JsonInstanceKind.Null => "null",
            JsonInstanceKind.True or JsonInstanceKind.False => "boolean",
            JsonInstanceKind.String => "string",
            JsonInstanceKind.Array => "array",
            JsonInstanceKind.Object => "object",
            _ => IsInteger(instance.GetText(new JsonTextBuffer())) ? "integer" : "number",
        };

    private static bool IsInteger(ReadOnlySpan<char> number) => number.TrimStart('-').IndexOfAnyExceptInRange('0', '9') < 0;
}
