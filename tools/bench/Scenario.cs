using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>One kind of traffic: the gateway's endpoint, the body it must answer and the goal.</summary>
/// <param name="Name">Short name, also the gateway's path in lower case: <c>S1</c> is <c>/s1</c>.</param>
/// <param name="What">For the report.</param>
/// <param name="Connections">Kept open by the load generator.</param>
/// <param name="Target">CPU per request as a multiple of the bare pass-through's in S1.</param>
/// <param name="Endpoint">The endpoint object without its path.</param>
/// <param name="Expected">The body by value; key order and white space are free, except in a pass-through.</param>
internal sealed record Scenario(string Name, string What, int Connections, double Target, JsonObject Endpoint, JsonNode Expected)
{
    private const int Usual = 64;
    // Before the properties below, which are initialised from them.
    private static readonly JsonNode User = JsonNode.Parse(Fixtures.User)!;
    private static readonly JsonNode Order = JsonNode.Parse(Fixtures.Order)!;
    private static readonly JsonNode Stats = JsonNode.Parse(Fixtures.Stats)!;
    private static readonly JsonNode Big = JsonNode.Parse(Fixtures.Big)!;
    private static readonly JsonNode List = JsonNode.Parse(Fixtures.List)!;

    /// <summary>The scenario whose pass-through run is the unit of all ratios.</summary>
    public static Scenario Baseline { get; } = PassThrough("S1", "no-op pass-through of 1 KB", Usual);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Baseline,
        new("S2", "one backend, allow of 4 fields", Usual, 1.8,
            Aggregate(Backend("/user", new() { ["allow"] = Strings("id", "email", "name", "address.city") })),
            Object(("id", User["id"]), ("email", User["email"]), ("name", User["name"]), ("address", Object(("city", User["address"]!["city"]))))),
        new("S3", "three backends (6 KB) merged with groups", Usual, 4,
            Aggregate(
                Backend("/user", new() { ["group"] = "user" }),
                Backend("/order", new() { ["group"] = "order" }),
                Backend("/stats", new() { ["group"] = "stats" })),
            Object(("user", User), ("order", Order), ("stats", Stats))),
        new("S4", "S3 with allow, mapping and groups", Usual, 4.2,
            Aggregate(
                Backend("/user", new() { ["allow"] = Strings("id", "name", "email"), ["mapping"] = Object(("name", "full_name")), ["group"] = "user" }),
                Backend("/order", new() { ["allow"] = Strings("order_id", "items", "total"), ["mapping"] = Object(("items", "lines")), ["group"] = "order" }),
                Backend("/stats", new() { ["allow"] = Strings("today", "ranking"), ["mapping"] = Object(("today", "now")), ["group"] = "stats" })),
            Object(
                ("user", Object(("id", User["id"]), ("full_name", User["name"]), ("email", User["email"]))),
                ("order", Object(("order_id", Order["order_id"]), ("lines", Order["items"]), ("total", Order["total"]))),
                ("stats", Object(("now", Stats["today"]), ("ranking", Stats["ranking"]))))),
        new("S5a", "100 KB with one deny", Usual, 15,
            Aggregate(Backend("/big", new() { ["deny"] = Strings("account.secret") })),
            Without(Big, "account", "secret")),
        new("S5b", "array of 100 objects (10 KB), is_collection", Usual, 3,
            Aggregate(Backend("/list", new() { ["is_collection"] = true })),
            Object(("collection", List))),
        PassThrough("S6", "S1 at 256 connections", 256),
    ];

    /// <summary>Whether a plain proxy can do the same, so that the yardsticks run it too.</summary>
    public bool IsPassThrough => Endpoint["output_encoding"]?.GetValue<string>() == "no-op";

    /// <summary>The path on the gateway.</summary>
    public string Path => "/" + Name.ToLowerInvariant();

    /// <summary>The path of the same answer behind a plain proxy.</summary>
    public const string PassThroughPath = "/user";

    /// <summary>Says what is wrong with an answer, or null when it is the expected one.</summary>
    public string? Mismatch(ReadOnlySpan<byte> body)
    {
        if (IsPassThrough)
            return body.SequenceEqual(Fixtures.User) ? null : $"expected the upstream's {Fixtures.User.Length} bytes unchanged, got {body.Length} bytes";
        JsonNode? actual;
        try
        {
            actual = JsonNode.Parse(body);
        }
        catch (System.Text.Json.JsonException e)
        {
            return $"the body is no JSON: {e.Message}";
        }
        return JsonNode.DeepEquals(Expected, actual) ? null : $"expected {Excerpt(Expected)}, got {Excerpt(actual)}";
    }

    private static string Excerpt(JsonNode? node)
    {
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= 300 ? text : text[..300] + "…";
    }

    private static Scenario PassThrough(string name, string what, int connections) => new(name, what, connections, 1.4,
        new() { ["output_encoding"] = "no-op", ["backend"] = new JsonArray(Backend(PassThroughPath, new() { ["encoding"] = "no-op" })) },
        User);

    private static JsonObject Aggregate(params JsonNode[] backends) => new() { ["output_encoding"] = "json", ["backend"] = new JsonArray(backends) };

    private static JsonObject Backend(string path, JsonObject settings)
    {
        settings["url_pattern"] = path;
        return settings;
    }

    private static JsonArray Strings(params string[] values) => new([.. values.Select(value => (JsonNode)value)]);

    private static JsonObject Object(params (string Name, JsonNode? Value)[] members) =>
        new(members.Select(member => KeyValuePair.Create(member.Name, member.Value?.DeepClone())));

    private static JsonNode Without(JsonNode source, string outer, string inner)
    {
        JsonNode copy = source.DeepClone();
        copy[outer]!.AsObject().Remove(inner);
        return copy;
    }
}
