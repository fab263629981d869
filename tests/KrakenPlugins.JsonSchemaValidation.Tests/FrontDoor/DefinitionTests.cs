using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace KrakenPlugins.JsonSchemaValidation.Tests.FrontDoor;

/// <summary>What becomes of definitions when the gateway starts.</summary>
public sealed class DefinitionTests
{
    [Theory, Spec("MAN-178", "MAN-180")]
    [InlineData("""{"type":"objekt"}""", "validation/json-schema.type", "objekt")]
    [InlineData("""{"properties":{"a":{"minLength":-1}}}""", "validation/json-schema.properties.a.minLength", "")]
    [InlineData("""{"properties":{"a":{"pattern":"(?=x)"}}}""", "validation/json-schema.properties.a.pattern", "")]
    [InlineData("""{"$ref":"#/definitions/none"}""", "validation/json-schema", "points to nothing")]
    [InlineData("""{"$ref":"http://127.0.0.1:1/schema.json"}""", "validation/json-schema", "which was not given; nothing is fetched")]
    [InlineData("""{"$schema":"http://example.com/other"}""", "validation/json-schema", "")]
    [InlineData("""{"$ref":"none.json"}""", "none.json", "cannot be read")]
    [InlineData("""{"$ref":"file://elsewhere/schema.json"}""", "validation/json-schema", "which was not given")]
    [InlineData("\"text\"", "validation/json-schema", "is no JSON Schema; expected an object")]
    public async Task A_definition_that_is_no_schema_refuses_the_start_with_its_place(string schema, string place, string reason)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Front.ValidatingAsync(schema));

        Assert.Contains(place, exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Matches(@"\.json:\d+:\d+ ", exception.Message);
    }

    [Theory, Spec("MAN-400")]
    [InlineData("false")]
    [InlineData("true")]
    public async Task No_attribute_opens_an_endpoint_whose_definition_is_no_schema(string value) =>
        await Assert.ThrowsAnyAsync<Exception>(() => Front.ValidatingAsync($$"""{"fail_closed":{{value}},"type":"objekt"}"""));

    [Fact, Spec("MAN-179")]
    public async Task The_load_says_that_the_validator_is_there()
    {
        await using var front = await Front.ValidatingAsync("""{"type":"object"}""");

        await front.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /e][JSONSchema] Validator enabled");
        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal(400, (await front.PostAsync("[]")).Status);
    }

    [Fact, Spec("MAN-180", "MAN-401")]
    public async Task References_lead_into_the_schema_and_into_files_that_are_read_at_the_start_only()
    {
        using var folder = new PemFolder();
        folder.Write("part.json", """{"definitions":{"n":{"type":"integer"}},"$ref":"more.json#/definitions/m"}""");
        folder.Write("more.json", """{"definitions":{"m":{"maximum":5}}}""");
        await using var front = await Front.ValidatingAsync(
            $$$$$"""{"definitions":{"s":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/s"},"b":{"$ref":"file://{{{{{folder["part.json"]}}}}}#/definitions/n"},"c":{"$ref":"file://{{{{{folder["part.json"]}}}}}"}}}""");
        File.Delete(folder["part.json"]);
        File.Delete(folder["more.json"]);

        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal(200, (await front.PostAsync("""{"a":"x","b":1,"c":5}""")).Status);
        foreach (var bad in new[] { """{"a":1}""", """{"b":"x"}""", """{"c":6}""" })
            Assert.Equal(400, (await front.PostAsync(bad)).Status);
    }

    [Fact, Spec("MAN-401")]
    public async Task What_is_wrong_in_a_file_is_reported_with_its_place_there()
    {
        using var folder = new PemFolder();
        folder.Write("part.json", "{\n  \"definitions\": { \"n\": { \"type\": \"nomber\" } }\n}");

        var exception = await Assert.ThrowsAnyAsync<Exception>(() =>
            Front.ValidatingAsync($$$$$"""{"properties":{"b":{"$ref":"file://{{{{{folder["part.json"]}}}}}#/definitions/n"}}}"""));

        Assert.Contains("part.json:2:", exception.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("MAN-172")]
    public async Task The_old_name_of_the_namespace_works()
    {
        await using var front = await Front.StartAsync(
            """{"endpoint":"/e","method":"POST","extra_config":{"github.com/devopsfaith/krakend-jsonschema":{"type":"object"}},"backend":[{"url_pattern":"/b"}]}""");

        Assert.Equal(400, (await front.PostAsync("[]")).Status);
        Assert.Equal(200, (await front.PostAsync("{}")).Status);
    }
}
