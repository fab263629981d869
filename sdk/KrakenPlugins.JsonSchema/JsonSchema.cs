using System.Text.Json;
using KrakenPlugins.JsonSchema.Compilation;
using KrakenPlugins.JsonSchema.Evaluation;

namespace KrakenPlugins.JsonSchema;

/// <summary>
/// A compiled JSON Schema (drafts 4, 6, 7, 2019-09 and 2020-12); immutable, for any number of threads at once. Values are
/// compared exactly, of any depth; of members with the same name each is validated.
/// </summary>
public sealed class JsonSchema
{
    private readonly SchemaNode _root;
    private readonly long _steps;
    private readonly long _longestChain;

    private JsonSchema(SchemaNode root, long steps, long longestChain)
    {
        _root = root;
        _steps = steps;
        _longestChain = longestChain;
    }

    /// <summary>Compiles a schema and everything that it refers to; the document may be disposed of afterwards.</summary>
    /// <param name="schema">An object or a boolean.</param>
    /// <param name="options">Drafts, formats and further documents; default settings when <see langword="null"/>.</param>
    /// <exception cref="JsonSchemaException">A keyword has a value it cannot have, a reference leads nowhere, or a schema refers to itself without end.</exception>
    public static JsonSchema Compile(JsonElement schema, JsonSchemaOptions? options = null)
    {
        options ??= new JsonSchemaOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxSteps);
        var compiler = new SchemaCompiler(options);
        var root = compiler.Compile(schema);
        return new JsonSchema(root, options.MaxSteps, compiler.LongestChain);
    }

    /// <summary>Whether the value matches; stops at the first failure.</summary>
    /// <exception cref="JsonSchemaException">A dynamic reference leads back to itself on the same value.</exception>
    public bool IsValid(JsonElement instance) =>
        IsValid<JsonElementInstance, JsonElementInstance.Children>(new JsonElementInstance(instance));

    /// <summary>Whether the value matches; stops at the first failure.</summary>
    /// <exception cref="JsonSchemaException">A dynamic reference leads back to itself on the same value.</exception>
    public bool IsValid<T, TChildren>(in T instance)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        var evaluator = Evaluator<T, TChildren>.Rent();
        try
        {
            return evaluator.IsValid(_root, instance, _steps, _longestChain);
        }
        finally
        {
            Evaluator<T, TChildren>.Return(evaluator);
        }
    }

    /// <summary>The reasons why the value does not match; none when it does.</summary>
    /// <param name="instance">The value.</param>
    /// <param name="maxErrors">The most reasons to give, at least 1.</param>
    /// <exception cref="JsonSchemaException">A dynamic reference leads back to itself on the same value.</exception>
    public IReadOnlyList<JsonSchemaError> Validate(JsonElement instance, int maxErrors = 100) =>
        Validate<JsonElementInstance, JsonElementInstance.Children>(new JsonElementInstance(instance), maxErrors);

    /// <summary>The reasons why the value does not match, each with the caller's node; none when it does.</summary>
    /// <param name="instance">The value.</param>
    /// <param name="maxErrors">The most reasons to give, at least 1.</param>
    /// <exception cref="JsonSchemaException">A dynamic reference leads back to itself on the same value.</exception>
    public IReadOnlyList<JsonSchemaError<T>> Validate<T, TChildren>(in T instance, int maxErrors = 100)
        where T : struct, IJsonInstance<T, TChildren>
        where TChildren : struct, IJsonChildren<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxErrors);
        var evaluator = Evaluator<T, TChildren>.Rent();
        try
        {
            return evaluator.Explain(_root, instance, maxErrors, _steps, _longestChain);
        }
        finally
        {
            Evaluator<T, TChildren>.Return(evaluator);
        }
    }
}
