using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Corpus;

/// <summary>What the gateway should make of one file, and why a person would agree.</summary>
internal sealed class Expectation
{
    /// <summary>Name of the file in the folder.</summary>
    public required string File { get; init; }

    /// <summary>The reason, for whoever reads the table.</summary>
    public required string Why { get; init; }

    /// <summary>Texts of the error of <c>check</c>; with none the file starts and answers.</summary>
    public IReadOnlyList<string> Refused { get; set; } = [];

    /// <summary>Texts among the warnings of <c>check</c>.</summary>
    public IReadOnlyList<string> Warns { get; set; } = [];

    /// <summary>Environment of the commands; <c>$DIR</c> stands for the folder of the files.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>Working directory below the folder of the files, which relative references start at.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Content of a behaviour file of the extended flexible configuration; <c>$DIR</c> as above.</summary>
    public JsonElement? Behaviour { get; init; }

    /// <summary>Endpoints that answer another status than 200, by <c>METHOD /path</c>, each because of the reason.</summary>
    public IReadOnlyDictionary<string, Answer> Answers { get; set; } = new Dictionary<string, Answer>();

    /// <summary>Reads the table.</summary>
    public static IReadOnlyList<Expectation> Read(string path) =>
        JsonSerializer.Deserialize(System.IO.File.ReadAllText(path), ExpectationJson.Default.IReadOnlyListExpectation)!;
}

/// <summary>The status of an endpoint, and why it is not 200.</summary>
internal sealed record Answer(int Status, string Why);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IReadOnlyList<Expectation>))]
internal sealed partial class ExpectationJson : JsonSerializerContext;
