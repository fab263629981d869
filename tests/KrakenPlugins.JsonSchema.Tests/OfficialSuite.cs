using System.Text.Json;

namespace KrakenPlugins.JsonSchema.Tests;

/// <summary>The official test suite beside the tests: one run per file, and the documents that its references reach.</summary>
internal static class OfficialSuite
{
    private static readonly string s_root = Path.Combine(AppContext.BaseDirectory, "suite");
    private static readonly Dictionary<string, JsonElement> s_remotes = Directory
        .EnumerateFiles(Path.Combine(s_root, "remotes"), "*.json", SearchOption.AllDirectories)
        .ToDictionary(f => "http://localhost:1234/" + Relative(Path.Combine(s_root, "remotes"), f), Read);

    internal static IEnumerable<string> Files(bool optional)
    {
        var tests = Path.Combine(s_root, "tests");
        return Directory.EnumerateFiles(tests, "*.json", SearchOption.AllDirectories)
            .Select(f => Relative(tests, f))
            .Where(f => f.Contains("/optional/", StringComparison.Ordinal) == optional)
            .Order(StringComparer.Ordinal);
    }

    /// <summary>The cases of a file whose outcome differs from what the suite says.</summary>
    internal static List<string> Failures(string file)
    {
        var failures = new List<string>();
        foreach (var group in Read(Path.Combine(s_root, "tests", file)).EnumerateArray())
        {
            JsonSchema? schema = null;
            var refusal = "";
            try
            {
                schema = JsonSchema.Compile(group.GetProperty("schema"), OptionsFor(file));
            }
            catch (JsonSchemaException exception)
            {
                refusal = exception.Message;
            }
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var problem = schema is null ? refusal : Problem(schema, test);
                if (problem.Length > 0)
                    failures.Add($"{file} | {group.GetProperty("description")} | {test.GetProperty("description")} | {problem}");
            }
        }
        return failures;
    }

    // Every case is decided in three ways: the quick verdict, the list of reasons and the verdict on another tree must agree.
    private static string Problem(JsonSchema schema, JsonElement test)
    {
        var data = test.GetProperty("data");
        var expected = test.GetProperty("valid").GetBoolean();
        var isValid = schema.IsValid(data);
        var errors = schema.Validate(data, 5);
        if ((errors.Count == 0) != isValid)
            return $"IsValid says {isValid}, but Validate gives {errors.Count} reasons: {string.Join("; ", errors)}";
        if (schema.IsValid<DataInstance, DataInstance.Children>(new DataInstance(Written.Tree(data))) != isValid)
            return $"IsValid says {isValid} of the document, but not of the same data in another tree";
        return isValid == expected ? "" : $"expected valid={expected}: {string.Join("; ", errors)}";
    }

    private static JsonSchemaOptions OptionsFor(string file) => new()
    {
        Documents = s_remotes,
        Formats = file.Contains("/format/", StringComparison.Ordinal) ? JsonSchemaFormats.Assertion : JsonSchemaFormats.Annotation,
        DefaultDraft = file[..file.IndexOf('/')] switch
        {
            "draft4" => JsonSchemaDraft.Draft4,
            "draft6" => JsonSchemaDraft.Draft6,
            "draft7" => JsonSchemaDraft.Draft7,
            "draft2019-09" => JsonSchemaDraft.Draft201909,
            _ => JsonSchemaDraft.Draft202012,
        },
    };

    private static string Relative(string root, string file) => Path.GetRelativePath(root, file).Replace('\\', '/');

    private static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }
}
