using System.Text.Json;
using Xunit;
using static KrakenPlugins.JsonSchema.Tests.Written;

namespace KrakenPlugins.JsonSchema.Tests;

public sealed class ReferenceTests
{
    [Fact]
    public void Reaches_the_documents_that_were_given_and_then_asks_the_resolver()
    {
        var asked = new List<string>();
        var options = new JsonSchemaOptions
        {
            BaseUri = "file:///etc/schemas/main.json",
            Documents = new Dictionary<string, JsonElement> { ["file:///etc/schemas/a.json"] = Json("""{"$ref":"b.json#/$defs/port"}""") },
            Resolver = uri =>
            {
                asked.Add(uri);
                return Json("""{"$defs":{"port":{"type":"integer"}}}""");
            },
        };

        var schema = Schema("""{"$ref":"a.json"}""", options);

        Assert.Equal(["file:///etc/schemas/b.json"], asked);
        Assert.False(schema.IsValid(Json("\"x\"")));
        Assert.Equal("file:///etc/schemas/b.json#/$defs/port/type", schema.Validate(Json("\"x\""))[0].SchemaLocation);
    }

    [Theory]
    [InlineData("http://json-schema.org/draft-04/schema#")]
    [InlineData("http://json-schema.org/draft-06/schema#")]
    [InlineData("http://json-schema.org/draft-07/schema#")]
    [InlineData("https://json-schema.org/draft/2019-09/schema")]
    [InlineData("https://json-schema.org/draft/2020-12/schema")]
    public void Has_the_metaschemas_built_in_and_they_match_themselves(string uri)
    {
        var metaschema = Schema($$"""{"$ref":"{{uri}}"}""");
        var assembly = typeof(JsonSchema).Assembly;
        var draft = uri.Contains("draft-", StringComparison.Ordinal) ? uri[23..31] : uri[30..37];
        var names = assembly.GetManifestResourceNames().Where(n => n.StartsWith(draft, StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var document = JsonDocument.Parse(stream);
            Assert.Empty(metaschema.Validate(document.RootElement));
            JsonSchema.Compile(document.RootElement);
        });
        Assert.False(metaschema.IsValid(Json("""{"minLength":-1}""")));
        Assert.False(metaschema.IsValid(Json("""{"properties":{"a":{"type":"strin"}}}""")));
    }

    [Fact]
    public void Reads_each_part_by_the_draft_that_it_names()
    {
        var schema = Schema("""
            {"$schema":"https://json-schema.org/draft/2020-12/schema",
             "properties":{
               "old":{"$ref":"#/$defs/old"},
               "new":{"prefixItems":[{"type":"string"}]}},
             "$defs":{"old":{"$id":"old","$schema":"http://json-schema.org/draft-04/schema#","maximum":5,"exclusiveMaximum":true,"items":[{"type":"integer"}]}}}
            """);

        Assert.True(schema.IsValid(Json("""{"old":4,"new":["a"]}""")));
        Assert.False(schema.IsValid(Json("""{"old":5}""")));
        Assert.False(schema.IsValid(Json("""{"old":["a"]}""")));
        Assert.False(schema.IsValid(Json("""{"new":[1]}""")));
    }

    [Fact]
    public void Tolerates_a_schema_keyword_inside_of_a_definition_without_identifier() =>
        Assert.False(Schema("""
            {"$schema":"https://json-schema.org/draft/2019-09/schema","$ref":"#/$defs/a",
             "$defs":{"a":{"$schema":"https://json-schema.org/draft/2019-09/schema","type":"string"}}}
            """).IsValid(Json("1")));

    [Fact]
    public void Asserts_formats_only_where_asked_to()
    {
        const string Old = """{"$schema":"http://json-schema.org/draft-07/schema#","format":"ipv4"}""";
        const string New = """{"format":"ipv4"}""";

        bool Rejects(string schema, JsonSchemaFormats formats) => !Schema(schema, new JsonSchemaOptions { Formats = formats }).IsValid(Json("\"x\""));

        Assert.Equal((false, false), (Rejects(Old, JsonSchemaFormats.Annotation), Rejects(New, JsonSchemaFormats.Annotation)));
        Assert.Equal((true, false), (Rejects(Old, JsonSchemaFormats.AssertionUpToDraft7), Rejects(New, JsonSchemaFormats.AssertionUpToDraft7)));
        Assert.Equal((true, true), (Rejects(Old, JsonSchemaFormats.Assertion), Rejects(New, JsonSchemaFormats.Assertion)));
    }
}
