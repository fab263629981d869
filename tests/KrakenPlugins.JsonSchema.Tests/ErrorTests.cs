using Xunit;
using static KrakenPlugins.JsonSchema.Tests.Written;

namespace KrakenPlugins.JsonSchema.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("""{"properties":{"port":{"type":"integer"}}}""", """{"port":"8080"}""", "\"port\" must be an integer, not a string")]
    [InlineData("""{"properties":{"port":{"type":"integer"}}}""", """{"port":1.5}""", "\"port\" must be an integer, not 1.5")]
    [InlineData("""{"type":["string","array","null"]}""", "{}", "the value must be a string, an array or null, not an object")]
    [InlineData("""{"items":{"minimum":3}}""", "[5,2]", "[1] must be at least 3, not 2")]
    [InlineData("""{"properties":{"ports":{"items":{"exclusiveMaximum":1e3}}}}""", """{"ports":[1000]}""", "\"ports[0]\" must be less than 1e3, not 1000")]
    [InlineData("""{"properties":{"timeout":{}},"additionalProperties":false}""", """{"tiemout":1}""", "unknown property \"tiemout\"; did you mean \"timeout\"?")]
    [InlineData("""{"allOf":[{"properties":{"timeout":{}}}],"unevaluatedProperties":false}""", """{"tiemout":1}""", "unknown property \"tiemout\"; did you mean \"timeout\"?")]
    [InlineData("""{"additionalProperties":false}""", """{"zzz":1}""", "unknown property \"zzz\"")]
    [InlineData("""{"properties":{"old":false}}""", """{"old":1}""", "property \"old\" is not allowed")]
    [InlineData("""{"required":["port"]}""", "{}", "the value must have the property \"port\"")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", "the value must have the property \"b\" when it has \"a\"")]
    [InlineData("""{"properties":{"method":{"enum":["GET","POST"]}}}""", """{"method":"get"}""", "\"method\" must be one of \"GET\", \"POST\", not \"get\"; did you mean \"GET\"?")]
    [InlineData("""{"const":3}""", "4", "the value must be 3, not 4")]
    [InlineData("""{"pattern":"^a"}""", "\"b\"", "the value must match the pattern ^a, not \"b\"")]
    [InlineData("""{"minLength":2}""", "\"🐲\"", "the value must have at least 2 characters, not 1")]
    [InlineData("""{"uniqueItems":true}""", "[1,[2],1.0]", "the value must not repeat an item: [0] and [2] are equal")]
    [InlineData("""{"multipleOf":0.01}""", "0.075", "the value must be a multiple of 0.01, not 0.075")]
    [InlineData("""{"contains":{"const":1}}""", "[2]", "the value must have at least 1 item matching \"contains\", not 0")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"ab":1}""", "the property name \"ab\" must have at most 1 character, not 2")]
    [InlineData("""{"prefixItems":[{}],"items":false}""", "[1,2]", "[1] is one item too many")]
    [InlineData("""{"not":{"type":"string"}}""", "\"a\"", "the value must not match the schema under \"not\"")]
    public void Says_what_is_wrong_in_a_sentence(string schema, string value, string message)
    {
        var errors = Schema(schema).Validate(Json(value));

        Assert.Equal(message, Assert.Single(errors).Message);
    }

    [Fact]
    public void Gives_every_reason_why_one_value_is_wrong()
    {
        var schema = Schema("""
            {"properties":{"number":{"minimum":5,"multipleOf":2},"text":{"minLength":4,"pattern":"^[0-9]+$","enum":["0000"]}}}
            """);

        var errors = schema.Validate(Json("""{"number":3,"text":"abc"}"""));

        Assert.Equal(
            ["\"number\" must be at least 5, not 3", "\"number\" must be a multiple of 2, not 3", "\"text\" must be one of \"0000\", not \"abc\"",
                "\"text\" must have at least 4 characters, not 3", "\"text\" must match the pattern ^[0-9]+$, not \"abc\""],
            errors.Select(e => e.Message));
    }

    [Fact]
    public void Names_pointer_and_schema_location_of_each_failure()
    {
        var schema = Schema("""{"$id":"https://a/b.json","$defs":{"p":{"type":"integer"}},"properties":{"a/b":{"items":{"$ref":"#/$defs/p"}}}}""");

        var error = Assert.Single(schema.Validate(Json("""{"a/b":[1,"x"]}""")));

        Assert.Equal(("/a~1b/1", "https://a/b.json#/$defs/p/type", "type"), (error.InstancePointer, error.SchemaLocation, error.Keyword));
    }

    [Theory]
    [InlineData("""{"kind":"b","y":"no"}""", "\"y\" must be an integer, not a string")]
    [InlineData("""{"kind":"a","x":1,"z":{"deep":1}}""", "\"x\" must be a string, not a number")]
    [InlineData("""{"kind":"c"}""", "\"kind\" must be \"a\", not \"c\"")]
    [InlineData("3", "the value must be an array or an object, not a number")]
    public void Reports_of_alternatives_the_one_that_fits_best(string value, string message)
    {
        var schema = Schema("""
            {"oneOf":[
              {"type":"object","properties":{"kind":{"const":"a"},"x":{"type":"string"}},"required":["kind"]},
              {"type":"object","properties":{"kind":{"const":"b"},"y":{"type":"integer"}},"required":["kind","y"]},
              {"type":"array"}]}
            """);

        Assert.Equal(message, Assert.Single(schema.Validate(Json(value))).Message);
    }

    [Fact]
    public void Joins_alternatives_that_each_ask_for_one_thing()
    {
        var schema = Schema("""{"anyOf":[{"required":["a"]},{"required":["b"]}]}""");

        Assert.Equal("the value must have the property \"a\", or must have the property \"b\"", Assert.Single(schema.Validate(Json("{}"))).Message);
    }

    [Fact]
    public void Says_which_alternatives_match_when_only_one_may()
    {
        var schema = Schema("""{"oneOf":[{"minimum":1},{"maximum":0},{"type":"integer"}]}""");

        Assert.Equal("the value must match exactly one of 3 alternatives, but matches number 1 and number 3", Assert.Single(schema.Validate(Json("5"))).Message);
    }

    [Fact]
    public void Does_not_call_a_property_unknown_because_its_value_is_wrong()
    {
        var schema = Schema("""{"allOf":[{"properties":{"port":{"type":"integer"}}}],"unevaluatedProperties":false}""");

        Assert.Equal("\"port\" must be an integer, not null", Assert.Single(schema.Validate(Json("""{"port":null}"""))).Message);
    }

    [Fact]
    public void Gives_as_many_reasons_as_asked_for()
    {
        var schema = Schema("""{"items":{"type":"string"}}""");
        var value = Json("[" + string.Join(',', Enumerable.Range(0, 500)) + "]");

        Assert.Equal([1, 7, 100, 500], new[] { 1, 7, 100, 1000 }.Select(n => schema.Validate(value, n).Count));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"minLength":-1}}}""", "#/properties/a/minLength: \"minLength\" must be an integer of at least 0, not -1")]
    [InlineData("""{"type":"strin"}""", "#/type: \"strin\" is no type; there are array, boolean, integer, null, number, object, string")]
    [InlineData("""{"allOf":[]}""", "#/allOf: \"allOf\" must be a list of at least one schema, not an array")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf: \"multipleOf\" must be more than 0, not 0")]
    [InlineData("""{"items":[{}]}""", "#/items: a schema must be an object or a boolean, not an array")]
    [InlineData("""{"required":["a",1]}""", "#/required: must be a list of property names, but holds a number")]
    [InlineData("""{"$ref":"other.json"}""", "#: $ref \"other.json\" refers to the document \"other.json\", which was not given; nothing is fetched")]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{}}""", "#: $ref \"#/$defs/x\" points to nothing: there is no \"x\" at #/$defs")]
    [InlineData("""{"$ref":"#x"}""", "#: $ref \"#x\" refers to the anchor \"x\", which \"\" does not have")]
    [InlineData("""{"$schema":"https://a/meta"}""", "#: $schema \"https://a/meta\" is no published draft, and no such document was given; nothing is fetched")]
    public void Refuses_a_malformed_schema_with_its_location(string schema, string message)
    {
        var exception = Assert.Throws<JsonSchemaException>(() => Schema(schema));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void Ignores_a_keyword_that_it_does_not_know() =>
        Assert.True(Schema("""{"minLenght":3,"x-note":{"$ref":"nowhere"}}""").IsValid(Json("\"a\"")));
}
