using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class JsonFunctionTests
{
    [Theory, Spec("CFG-101")]
    [InlineData("""{{ toJson .top }}""", """{"bool":true,"html":"\u003cHEAD\u003e \u0026","number":42,"string":"test"}""")]
    [InlineData("""{{ marshal .top }}""", """{"bool":true,"html":"\u003cHEAD\u003e \u0026","number":42,"string":"test"}""")]
    [InlineData("""{{ mustToJson .top.html }}""", "\"\\u003cHEAD\\u003e \\u0026\"")]
    [InlineData("""{{ toRawJson .top }}""", """{"bool":true,"html":"<HEAD> &","number":42,"string":"test"}""")]
    [InlineData("""{{ mustToRawJson "<>" }}""", "\"<>\"")]
    [InlineData("""{{ toPrettyJson .top }}""", "{\n  \"bool\": true,\n  \"html\": \"\\u003cHEAD\\u003e \\u0026\",\n  \"number\": 42,\n  \"string\": \"test\"\n}")]
    [InlineData("""{{ mustToPrettyJson (list 1 (list) (dict) (list 2)) }}""", "[\n  1,\n  [],\n  {},\n  [\n    2\n  ]\n]")]
    [InlineData("""{{ toJson (list 1 -2.5 "a" true nil (dict "b" 1 "a" 2)) }}""", """[1,-2.5,"a",true,null,{"a":2,"b":1}]""")]
    [InlineData("""{{ toJson .absent }}{{ toJson (list) }}{{ toJson (dict) }}""", "null[]{}")]
    [InlineData("""{{ toJson "a\"b\\c\n\r\t\b\f\x01\u007f/é😀\u2028" }}""", "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\u007f/é😀\\u2028\"")]
    [InlineData("""{{ toRawJson "\u2028\u2029" }}""", "\"\\u2028\\u2029\"")]
    [InlineData("""{{ toJson .numbers }}""", "[0,1000000,1e+21,1e-7,0.000001,123456789012345680000,1.5e+300,-0.1,100.25]")]
    [InlineData("""{{ toJson .long }} {{ toJson 9223372036854775807 }}""", "12345678901234567890 9223372036854775807")]
    [InlineData("""{{ $d := dict }}{{ $_ := set $d "self" $d }}[{{ toJson $d }}{{ marshal $d }}{{ toRawJson $d }}{{ toPrettyJson $d }}]""", "[]")]
    [InlineData("""{{ toJson (semver "1.2.3") }}""", "\"1.2.3\"")]
    public void Values_become_JSON(string template, string expected)
    {
        const string Data = """
            {"top":{"string":"test","number":42,"bool":true,"html":"<HEAD> &"},"long":12345678901234567890,
             "numbers":[0,1e6,1e21,1e-7,1e-6,123456789012345678e3,1.5e300,-0.1,100.25]}
            """;

        Assert.Equal(expected, SprigTemplates.Render(template, Data));
    }

    [Theory, Spec("CFG-101")]
    [InlineData("""{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ mustToJson $d }}""", "unsupported value")]
    [InlineData("""{{ mustToRawJson (float64 "1e999") }}""", "unsupported value: +Inf")]
    public void What_cannot_be_encoded_is_an_error_of_the_must_forms(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Theory, Spec("CFG-107")]
    [InlineData("""{{ .input | fromJson }}""", "map[foo:55]")]
    [InlineData("""{{ (.input | fromJson).foo }}""", "55")]
    [InlineData("""{{ (mustFromJson "[1,{\"a\":[true,null]}]") | toJson }}""", """[1,{"a":[true,null]}]""")]
    [InlineData("""{{ fromJson "\"a\\u00e9\\ud83d\\ude00\\n\\/\"" }}""", "aé😀\n/")]
    [InlineData("""{{ fromJson "\"\\ud800x\"" }}""", "\ufffdx")]
    [InlineData("""{{ fromJson " 12.5e1 " }} {{ fromJson "-0" }} {{ fromJson "12345678901234567890" | toJson }}""", "125 -0 12345678901234567890")]
    [InlineData("""{{ fromJson "{\"a\":1,\"a\":2}" | toJson }}""", """{"a":2}""")]
    [InlineData("""{{ fromJson "nonsense" }}""", "<no value>")]
    [InlineData("""{{ if fromJson "{" }}yes{{ else }}no{{ end }}""", "no")]
    [InlineData("""{{ fromJson "5" | kindOf }}""", "float64")]
    public void JSON_becomes_values(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"input":"{\"foo\": 55}"}"""));

    [Theory, Spec("CFG-107")]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("{", "unexpected end of JSON input")]
    [InlineData("nonsense", "invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("xyz", "invalid character 'x' looking for beginning of value")]
    [InlineData("{a:1}", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 2}", "invalid character '2' after object key:value pair")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("1 2", "invalid character '2' after top-level value")]
    [InlineData("01", "invalid character '1' after top-level value")]
    [InlineData("1.", "unexpected end of JSON input")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("\"a\nb\"", "invalid character '\\n' in string literal")]
    [InlineData("\"\\q\"", "invalid character 'q' in string escape code")]
    [InlineData("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("1e999", "cannot unmarshal number 1e999")]
    public void Invalid_JSON_is_an_error_of_the_must_form(string text, string expected)
    {
        var dot = TemplateValue.From(text);

        var message = Assert.Throws<TemplateException>(() => SprigTemplates.Render("{{ mustFromJson . }}", dot)).Message;

        Assert.EndsWith(expected, message.Replace(" into Go value of type float64", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-107")]
    public void JSON_nested_too_deep_is_refused()
    {
        var dot = TemplateValue.From(new string('[', 100_000));

        Assert.Contains("exceeded max depth", Assert.Throws<TemplateException>(() => SprigTemplates.Render("{{ mustFromJson . }}", dot)).Message, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-107")]
    [InlineData("""{{ b64enc "coffee" }}""", "Y29mZmVl")]
    [InlineData("""{{ b64enc "a" }} {{ b64enc "ab" }} {{ b64enc "" }}|{{ b64enc "ñ" }}""", "YQ== YWI= |w7E=")]
    [InlineData("""{{ b64dec "Y29mZmVl" }}{{ b64dec "YQ==" }}{{ b64dec "YWI=\n" }}{{ b64dec "" }}""", "coffeeaab")]
    [InlineData("""{{ b64dec "****" }}""", "illegal base64 data at input byte 0")]
    [InlineData("""{{ b64dec "YQ" }}""", "illegal base64 data at input byte 0")]
    [InlineData("""{{ b64dec "YWJjYQ==x" }}""", "illegal base64 data at input byte 8")]
    [InlineData("""{{ b64dec "abc_" }}""", "illegal base64 data at input byte 3")]
    [InlineData("""{{ b32enc "coffee" }} {{ b32enc "f" }}""", "MNXWMZTFMU====== MY======")]
    [InlineData("""{{ b32dec "MNXWMZTFMU======" }}{{ b32dec "MY======" }}{{ b32dec "MZXW6YTBOI======" }}""", "coffeeffoobar")]
    [InlineData("""{{ b32dec "0000" }}""", "illegal base32 data at input byte 0")]
    [InlineData("""{{ "abc" | sha1sum }}""", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData("""{{ "abc" | sha256sum }}""", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("""{{ "abc" | sha512sum }}""", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData("""{{ "abc" | adler32sum }}""", "38600999")]
    [InlineData("""{{ repeat 6000 "\u007f" | adler32sum }}""", "2077860150")]
    public void Texts_are_encoded_and_digested(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Fact, Spec("CFG-113")]
    public void A_file_is_inserted_as_one_line_of_base64()
    {
        const string Template = "{{/* a note */}}\n{{ define \"as_base64\" }}\n{{- $raw := . -}}\n{{- $raw | b64enc -}}\n{{ end -}}\n\"{{ template \"as_base64\" .file }}\"";

        Assert.Equal("\n\"eyJhIjogMX0K\"", SprigTemplates.Render(Template, """{"file":"{\"a\": 1}\n"}"""));
    }
}
