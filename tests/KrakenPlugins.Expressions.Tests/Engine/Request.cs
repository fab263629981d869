using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Expressions.Tests.Engine;

/// <summary>An environment as a gateway has it, and an input for it.</summary>
internal static class Request
{
    private static readonly CelType s_headers = CelType.Map(CelType.String, CelType.List(CelType.String));

    public static CelEnvironment Environment { get; } = Builder().Build();

    public static CelEnvironmentBuilder Builder() => new CelEnvironmentBuilder()
        .Variable("req_method", CelType.String)
        .Variable("req_headers", s_headers)
        .Variable("req_params", CelType.Map(CelType.String, CelType.String))
        .Variable("resp_data", CelType.Map(CelType.String, CelType.Dyn))
        .Variable("now", CelType.String)
        .AddStringExtensions()
        .AddBindings();

    public static CelValues Input(params (string Name, string Value)[] headers)
    {
        var input = new CelValues(5);
        input[0] = CelValue.Of("GET");
        input[1] = CelValue.OfMap([.. headers.Select(h => KeyValuePair.Create(CelValue.Of(h.Name), CelValue.OfList(CelValue.Of(h.Value))))]);
        input[2] = CelValue.OfMap(KeyValuePair.Create(CelValue.Of("Id"), CelValue.Of("12")));
        input[3] = Document("""{"id": 1, "price": 9.75, "big": 12345678901234567890, "none": null, "tags": ["a", "b"], "user": {"first-name": "Ann"}}""").ToCel();
        input[4] = CelValue.Of("2024-03-01T23:30:00.5+02:00");
        return input;
    }

    public static DataNode Document(string json) =>
        DataJson.TryParse(System.Text.Encoding.UTF8.GetBytes(json), 100, out var node, out var error) ? node : throw new ArgumentException(error, nameof(json));

    public static CelValue Evaluate(string text, CelInput? input = null) => Environment.Compile(text).Evaluate(input ?? Input());

    public static CelException Refused(string text, CelEnvironment? environment = null) => Assert.Throws<CelException>(() => (environment ?? Environment).Compile(text));
}
