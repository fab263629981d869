using System.Diagnostics;
using KrakenPlugins.Sdk.Data;
using Xunit;
using static KrakenPlugins.JsonSchema.Tests.Written;

namespace KrakenPlugins.JsonSchema.Tests;

public sealed class LimitTests
{
    private const int Deep = 100_000;

    [Theory]
    [InlineData("""{"items":{"$ref":"#"},"type":["array","integer"]}""")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"array","items":{"$ref":"#"}}]}""")]
    [InlineData("""{"$dynamicAnchor":"n","type":["array","integer"],"items":{"$dynamicRef":"#n"},"unevaluatedItems":false}""")]
    public void Decides_a_value_nested_a_hundred_thousand_deep(string text)
    {
        var schema = Schema(text);
        var good = new DataInstance(Tree(new DataNumber("1")));
        var bad = new DataInstance(Tree(new DataString("x")));

        Assert.True(schema.IsValid<DataInstance, DataInstance.Children>(good));
        Assert.Empty(schema.Validate<DataInstance, DataInstance.Children>(good));
        Assert.False(schema.IsValid<DataInstance, DataInstance.Children>(bad));
        Assert.Single(schema.Validate<DataInstance, DataInstance.Children>(bad));
    }

    [Theory]
    [InlineData("""{"uniqueItems":true}""")]
    [InlineData("""{"const":[[1]]}""")]
    public void Compares_values_nested_a_hundred_thousand_deep(string schema)
    {
        var pair = new DataArray { Items = { Tree(new DataNumber("1")), Tree(new DataNumber("1.0")) } };

        Assert.False(Schema(schema).IsValid<DataInstance, DataInstance.Children>(new DataInstance(pair)));
    }

    // The platform's parser takes time in the square of the depth; ten thousand levels would break any recursion of ours, too,
    // on the small stack.
    [Fact]
    public void Compiles_and_applies_a_schema_nested_ten_thousand_deep_on_a_small_stack()
    {
        var (good, bad) = (false, true);
        var thread = new Thread(
            () =>
            {
                var schema = Schema(Nested("""{"items":""", """{"type":"integer"}""", "}", 10_000));
                good = schema.IsValid(Json(Nested("[", "1", "]", 10_000)));
                bad = schema.IsValid(Json(Nested("[", "\"x\"", "]", 10_000)));
            },
            maxStackSize: 256 * 1024);

        thread.Start();
        thread.Join();

        Assert.Equal((true, false), (good, bad));
    }

    private static DataNode Tree(DataNode core)
    {
        for (var i = 0; i < Deep; i++)
            core = new DataArray { Items = { core } };
        return core;
    }

    [Fact]
    public void Finds_a_repeated_item_among_a_hundred_thousand_without_comparing_all_pairs()
    {
        var schema = Schema("""{"uniqueItems":true}""");
        var items = Enumerable.Range(0, 100_000).Select(i => $$"""{"b":{{i}},"a":["{{i}}"]}""");
        var unique = Json($"[{string.Join(',', items)}]");
        var repeated = Json($"[{string.Join(',', items)},{"""{"a":["7"],"b":7.0}"""}]");
        var watch = Stopwatch.StartNew();

        Assert.True(schema.IsValid(unique));
        Assert.False(schema.IsValid(repeated));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"allOf":[{"anyOf":[{},{"$ref":"#"}]}]}""")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}""")]
    public void Refuses_a_schema_that_refers_to_itself_on_the_same_value(string text)
    {
        var exception = Assert.Throws<JsonSchemaException>(() => Schema(text));

        Assert.Contains("without end", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stops_at_a_dynamic_reference_that_leads_back_on_the_same_value()
    {
        var schema = Schema("""{"$dynamicAnchor":"a","allOf":[{"$dynamicRef":"#a"}]}""");

        Assert.Throws<JsonSchemaException>(() => schema.IsValid(Json("1")));
        Assert.Throws<JsonSchemaException>(() => schema.Validate(Json("1")));
    }

    [Fact]
    public void Gives_up_on_a_value_that_costs_exponentially_more_than_its_size()
    {
        var options = new JsonSchemaOptions { MaxSteps = 100_000 };
        var schema = Schema("""{"anyOf":[{"items":{"$ref":"#"},"minItems":1},{"items":{"$ref":"#"},"uniqueItems":true}]}""", options);
        var value = Json(Nested("[", "1", "]", 60));
        var worst = Schema("""{"allOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]}""", options);

        Assert.False(worst.IsValid(value));
        Assert.StartsWith("validation was given up after 100000 steps", Assert.Single(worst.Validate(value)).Message, StringComparison.Ordinal);
        Assert.True(schema.IsValid(Json("[[],[[]]]")));
    }

    [Fact]
    public void Decides_a_recursive_choice_in_linear_time_wherever_the_value_has_its_distinguishing_member()
    {
        var schema = Schema("""
            {"oneOf":[
              {"properties":{"op":{"const":"and"},"args":{"type":"array","items":{"$ref":"#"}}},"required":["op"]},
              {"properties":{"op":{"const":"or"},"args":{"type":"array","items":{"$ref":"#"}}},"required":["op"]}]}
            """, new JsonSchemaOptions { MaxSteps = 100_000 });
        var good = Json(Nested("""{"args":[""", """{"op":"or"}""", """],"op":"and"}""", 500));
        var bad = Json(Nested("""{"args":[""", """{"op":"xor"}""", """],"op":"and"}""", 500));

        Assert.True(schema.IsValid(good));
        Assert.False(schema.IsValid(bad));
        Assert.Equal("\"op\" must be \"and\", not \"xor\"", Assert.Single(schema.Validate(bad)).Message);
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "1e400000000", true)]
    [InlineData("""{"type":"integer"}""", "1e-400000000", false)]
    [InlineData("""{"multipleOf":0.01}""", "1e400000000", true)]
    [InlineData("""{"multipleOf":3}""", "1e400000000", false)]
    [InlineData("""{"multipleOf":1e-400000000}""", "1", true)]
    [InlineData("""{"maximum":1e400000000}""", "9e399999999", true)]
    [InlineData("""{"maximum":1e400000000}""", "11e399999999", false)]
    [InlineData("""{"const":1e400000000}""", "10e399999999", true)]
    [InlineData("""{"minLength":1e400000000}""", "\"a\"", false)]
    [InlineData("""{"minLength":0e400000000,"maxLength":2000e-3}""", "\"ab\"", true)]
    [InlineData("""{"maxLength":0.2e1}""", "\"abc\"", false)]
    [InlineData("""{"maximum":1}""", "1e99999999999999999999999", false)]
    [InlineData("""{"uniqueItems":true}""", "[1e400000000,10e399999999]", false)]
    public void Takes_numbers_with_huge_exponents_as_they_are(string schema, string value, bool valid) =>
        Assert.Equal(valid, Schema(schema).IsValid(Json(value)));

    [Theory]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "12345678901234567890.5", false)]
    [InlineData("""{"type":"integer"}""", "10.5e1", true)]
    [InlineData("""{"maximum":9007199254740992}""", "9007199254740993", false)]
    [InlineData("""{"minimum":0.1}""", "0.1000", true)]
    [InlineData("""{"exclusiveMinimum":0.1}""", "0.10000000000000000000000001", true)]
    [InlineData("""{"minimum":-1.5}""", "-1.50000000000000000000000001", false)]
    [InlineData("""{"const":0}""", "-0.0", true)]
    [InlineData("""{"enum":[10.0]}""", "1E1", true)]
    [InlineData("""{"const":{"a":[1,null],"b":"x"}}""", """{"b":"x","a":[1.0,null]}""", true)]
    [InlineData("""{"const":[1,[2]]}""", "[[1],2]", false)]
    [InlineData("""{"const":false}""", "0", false)]
    [InlineData("""{"multipleOf":0.1}""", "123456789.7", true)]
    [InlineData("""{"multipleOf":12345678901234567890123}""", "24691357802469135780246", true)]
    [InlineData("""{"multipleOf":12345678901234567890123}""", "24691357802469135780247", false)]
    public void Compares_values_exactly(string schema, string value, bool valid) =>
        Assert.Equal(valid, Schema(schema).IsValid(Json(value)));

    [Fact]
    public void Divides_a_number_of_a_million_digits_in_linear_time()
    {
        var value = Json(new string('7', 1_000_000));
        var watch = Stopwatch.StartNew();

        Assert.True(Schema("""{"multipleOf":7}""").IsValid(value));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }
}
