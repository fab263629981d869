using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

public sealed class ConfigBinderTests
{
    private readonly ConfigDiagnostics _diagnostics = new();

    [Fact]
    public void Binds_every_kind_of_property()
    {
        var settings = Bind<Limits>("""
            {"max_rate": 2.5, "capacity": "7", "bytes": 5000000000, "strategy": "ip", "every": "1m", "active": "true",
             "paths": ["/a", 1], "weights": {"z": 1, "a": "2"}, "nested": {"name": "n"}, "many": [{"name": "x"}, {"name": "y"}],
             "raw": [1], "maybe": 0, "renamed-one": "r"}
            """);

        Assert.Equal("", Loading.Text(_diagnostics));
        Assert.Equal((2.5, 7, 5_000_000_000L, "ip", TimeSpan.FromMinutes(1), true),
            (settings.MaxRate, settings.Capacity, settings.Bytes, settings.Strategy, settings.Every, settings.Active));
        Assert.Equal(["/a", "1"], settings.Paths);
        Assert.Equal([new("z", 1), new("a", 2)], settings.Weights);
        Assert.Equal("n", settings.Nested!.Name);
        Assert.Equal(["x", "y"], settings.Many.Select(static m => m.Name));
        Assert.Equal(ConfigKind.Array, settings.Raw!.Kind);
        Assert.Equal(0, settings.Maybe);
        Assert.Equal("r", settings.Other);
    }

    [Fact]
    [Spec("CFG-009")]
    public void Null_and_absence_leave_the_initial_value()
    {
        var settings = Bind<Limits>("""{"capacity": null, "nested": null, "paths": [null, "/a"], "weights": {"a": null}}""");

        Assert.Equal("", Loading.Text(_diagnostics));
        Assert.Equal(42, settings.Capacity);
        Assert.Null(settings.Nested);
        Assert.Null(settings.Maybe);
        Assert.Equal(["/a"], settings.Paths);
        Assert.Empty(settings.Weights);
    }

    [Theory]
    [Spec("CFG-014")]
    [InlineData("""{"paths": "/a"}""", "/a")]
    [InlineData("""{"paths": {}}""", "")]
    [InlineData("""{"paths": []}""", "")]
    [InlineData("""{"paths": 5}""", "5")]
    public void A_lone_value_is_a_list_of_one(string json, string expected)
    {
        Assert.Equal(expected, string.Join(',', Bind<Limits>(json).Paths));
        Assert.Empty(_diagnostics.All);
    }

    [Fact]
    [Spec("CFG-014")]
    public void A_lone_object_is_a_list_of_one() =>
        Assert.Equal("x", Assert.Single(Bind<Limits>("""{"many": {"name": "x"}}""").Many).Name);

    [Fact]
    [Spec("CFG-008")]
    public void The_last_duplicate_wins()
    {
        Assert.Equal(2, Bind<Limits>("""{"capacity": 1, "capacity": 2}""").Capacity);
        Assert.Equal(42, Bind<Limits>("""{"capacity": 1, "capacity": null}""").Capacity);
        Assert.Equal(new("a", 3), Assert.Single(Bind<Limits>("""{"weights": {"a": 1, "a": 3}}""").Weights));
    }

    [Fact]
    [Spec("CFG-007", "CFG-045")]
    public void Metadata_keys_have_no_effect_whatever_they_hold()
    {
        Bind<Limits>("""{"@comment": {}, "$schema": [1], "_note": 1, "#x": null, "weights": {"@comment": ["x"], "_id": 4}}""");

        Assert.Empty(_diagnostics.All);
    }

    [Fact]
    [Spec("CFG-010")]
    public void Letter_case_matters_unless_the_class_says_otherwise()
    {
        Assert.Equal(42, Bind<Limits>("""{"Capacity": 1}""").Capacity);
        Assert.Equal("f.json:1:2 root.Capacity: \"Capacity\" is no attribute of this place and has no effect; did you mean \"capacity\"?", Loading.Text(_diagnostics)["Warning ".Length..]);

        Assert.Equal("a", Bind<Relaxed>("""{"NAME": "a"}""").Name);
        Assert.Equal("exact", Bind<Relaxed>("""{"name": "exact", "NAME": "other"}""").Name);
        Assert.Equal("other", Bind<Relaxed>("""{"name": null, "Name": "other"}""").Name);
        Assert.Single(_diagnostics.All);
    }

    [Theory]
    [Spec("CFG-011", "CFG-012", "CFG-015")]
    [InlineData("""{"capacity": "x"}""", "f.json:1:14 root.capacity: expected an integer, not \"x\"")]
    [InlineData("""{"capacity": 3000000000}""", "f.json:1:14 root.capacity: expected an integer, not 3000000000")]
    [InlineData("""{"active": "yes"}""", "f.json:1:12 root.active: expected true or false, not \"yes\"")]
    [InlineData("""{"every": "1d"}""", "f.json:1:11 root.every: expected a duration such as \"1h30m\", \"1.5s\" or \"500ms\", not \"1d\"")]
    [InlineData("""{"every": true}""", "f.json:1:11 root.every: expected a duration such as \"1h30m\", \"1.5s\" or \"500ms\", not true")]
    [InlineData("""{"max_rate": "fast"}""", "f.json:1:14 root.max_rate: expected a number, not \"fast\"")]
    [InlineData("""{"strategy": []}""", "f.json:1:14 root.strategy: expected a text, not a list")]
    [InlineData("""{"nested": 1}""", "f.json:1:12 root.nested: expected an object, not 1")]
    [InlineData("""{"weights": [1]}""", "f.json:1:13 root.weights: expected an object, not a list")]
    [InlineData("""{"weights": {"a.b": "x"}}""", "f.json:1:21 root.weights[\"a.b\"]: expected an integer, not \"x\"")]
    [InlineData("""{"paths": ["a", {}]}""", "f.json:1:17 root.paths[1]: expected a text, not an object")]
    [InlineData("""{"many": [{"name": {}}]}""", "f.json:1:20 root.many[0].name: expected a text, not an object")]
    [InlineData("""{"strategy": "heder"}""", "f.json:1:14 root.strategy: \"heder\" is no strategy; did you mean \"header\"? (ip, header)")]
    [InlineData("""[1]""", "f.json:1:1 root: expected an object, not a list")]
    public void Reports_what_does_not_fit_with_place_and_expectation(string json, string expected)
    {
        var good = new ConfigBinder(_diagnostics).TryBind<Limits>(Node(json), ConfigPath.Root.Member("root"), out _);

        Assert.False(good);
        Assert.Equal("Error " + expected, Loading.Text(_diagnostics));
    }

    [Theory]
    [InlineData("""{"by": "headr"}""", "\"headr\" is no value of \"by\"; did you mean \"header\"? (header, query)")]
    [InlineData("""{"retry_on": [502]}""", "502 is no value of \"retry_on\" (reset, timeout)")]
    [InlineData("""{"methods": ["post"]}""", "\"post\" is no method; did you mean \"POST\"? (GET, POST)")]
    public void A_value_that_is_not_allowed_is_told_in_words_that_fit_its_attribute(string json, string expected)
    {
        new ConfigBinder(_diagnostics).TryBind<Choices>(Node(json), ConfigPath.Root, out _);

        Assert.Equal(expected, Assert.Single(_diagnostics.All).Message);
    }

    [Fact]
    [Spec("CFG-016")]
    public void A_number_without_unit_is_one_warning()
    {
        Assert.Equal(TimeSpan.FromMicroseconds(3.6), Bind<Limits>("""{"every": 3600}""").Every);
        Assert.Equal("Warning f.json:1:11 root.every: 3600 without a unit counts nanoseconds; write a duration such as \"3s\"", Loading.Text(_diagnostics));
    }

    [Fact]
    [Spec("CFG-052")]
    public void An_old_name_counts_where_the_current_one_is_absent()
    {
        Assert.Equal("h", Bind<Aliased>("""{"tokenHeader": "h"}""").Header);
        Assert.Equal("Notice f.json:1:2 root.tokenHeader: \"tokenHeader\" is the old name of \"header\"; rename it", Loading.Text(_diagnostics));

        Assert.Equal("new", Bind<Aliased>("""{"header": "new", "tokenHeader": "old"}""").Header);
        Assert.Equal("old", Bind<Aliased>("""{"header": null, "tokenHeader": "old"}""").Header);
    }

    [Fact]
    public void Hints_and_advice_replace_the_general_warning()
    {
        new ConfigBinder(_diagnostics) { Advise = static name => name == "x/y" ? "go away" : null }
            .Bind<Aliased>(Node("""{"field": 1, "x/y": 2}"""), ConfigPath.Root);

        Assert.Equal("""
            Warning f.json:1:2 field: "field" has no effect here: write "header"
            Warning f.json:1:14 x/y: "x/y" has no effect here: go away
            """, Loading.Text(_diagnostics));
    }

    [Fact]
    public void A_required_attribute_must_be_there()
    {
        Bind<Required>("{}");

        Assert.Equal("Error f.json:1:1 root: \"issuer\" is required", Loading.Text(_diagnostics));
    }

    [Fact]
    public void A_mild_set_of_values_keeps_the_initial_value()
    {
        Assert.Equal("json", Bind<Mild>("""{"format": "jsn"}""").Format);
        Assert.Equal("Warning f.json:1:12 root.format: \"jsn\" is no format; did you mean \"json\"? (json, xml)", Loading.Text(_diagnostics));
    }

    [Fact]
    public void Goes_on_after_an_error_so_that_all_are_seen()
    {
        var settings = Bind<Limits>("""{"capacity": "x", "active": "x", "strategy": "ip"}""");

        Assert.Equal(2, _diagnostics.All.Count);
        Assert.Equal("ip", settings.Strategy);
    }

    [Theory]
    [InlineData("""{"password": {}}""")]
    [InlineData("""{"private_key": ["hunter2", {"a": "hunter2"}]}""")]
    [InlineData("""{"token_count": "hunter2"}""")]
    [InlineData("""{"api_keys": {"a": ["hunter2"]}}""")]
    [InlineData("""{"url": "http://user:hunter2@host/"}""")]
    public void Never_shows_a_secret(string json)
    {
        Bind<Secrets>(json);

        Assert.NotEmpty(_diagnostics.All);
        Assert.DoesNotContain("hunter2", Loading.Text(_diagnostics), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb", "\"a\\u000ab\"")]
    [InlineData("amqp://u:p@h/x", "\"amqp://***@h/x\"")]
    [InlineData("x http://a:b@c https://d:e@f", "\"x http://***@c https://***@f\"")]
    [InlineData("http://h/a@b", "\"http://h/a@b\"")]
    public void Quotes_on_one_line_and_without_credentials(string text, string expected) =>
        Assert.Equal(expected, ConfigText.Quote(text));

    [Fact]
    public void Cuts_long_values() => Assert.Equal(83, ConfigText.Quote(new string('x', 5_000_000)).Length);

    [Theory]
    [InlineData("jsn", "json")]
    [InlineData("maxErrors", "max_errors")]
    [InlineData("jwk-url", "jwk_url")]
    [InlineData("JSON", "json")]
    [InlineData("zzz", null)]
    [InlineData("", null)]
    public void Suggests_the_nearest_name(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["json", "max_errors", "jwk_url"]));

    private T Bind<T>(string json) where T : class, new() =>
        new ConfigBinder(_diagnostics).Bind<T>(Node(json), ConfigPath.Root.Member("root"));

    private static ConfigNode Node(string json) => JsonConfigReader.Read("f.json", json, new ConfigDiagnostics())!;

    private sealed class Limits
    {
        public double MaxRate { get; init; }
        public int Capacity { get; init; } = 42;
        public long Bytes { get; init; }
        [ConfigValues("ip", "header")]
        public string Strategy { get; init; } = "";
        public TimeSpan Every { get; init; }
        public bool Active { get; init; }
        public IReadOnlyList<string> Paths { get; init; } = [];
        public IReadOnlyDictionary<string, int> Weights { get; init; } = new Dictionary<string, int>();
        public Relaxed? Nested { get; init; }
        public IReadOnlyList<Relaxed> Many { get; init; } = [];
        public ConfigNode? Raw { get; init; }
        public int? Maybe { get; init; }
        [ConfigName("renamed-one")]
        public string Other { get; init; } = "";
        [ConfigIgnore]
        public Uri? Computed { get; set; }
    }

    [ConfigIgnoreCase]
    private sealed class Relaxed
    {
        public string Name { get; init; } = "";
    }

    [ConfigHint("field", "write \"header\"")]
    private sealed class Aliased
    {
        [ConfigAlias("tokenHeader")]
        public string Header { get; init; } = "";
    }

    private sealed class Required
    {
        [ConfigRequired]
        public string Issuer { get; init; } = "";
    }

    private sealed class Choices
    {
        [ConfigValues("header", "query")]
        public string By { get; init; } = "";
        [ConfigValues("reset", "timeout")]
        public IReadOnlyList<string> RetryOn { get; init; } = [];
        [ConfigValues("GET", "POST")]
        public IReadOnlyList<string> Methods { get; init; } = [];
    }

    private sealed class Mild
    {
        [ConfigValues("json", "xml", Severity = ConfigSeverity.Warning)]
        public string Format { get; init; } = "json";
    }

    private sealed class Secrets
    {
        public int Password { get; init; }
        public IReadOnlyList<int> PrivateKey { get; init; } = [];
        public int TokenCount { get; init; }
        public IReadOnlyDictionary<string, int> ApiKeys { get; init; } = new Dictionary<string, int>();
        public int Url { get; init; }
    }
}
