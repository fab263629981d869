using Gateway.Core.Configuration;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Formats;

public sealed class HclTests
{
    [Theory]
    [Spec("CFG-028")]
    [InlineData("a = 1\nb = -1.5e3 # c\nc = true // c\nd = null /* c */\ne = \"x\"", """{"a":1,"b":-1.5e3,"c":true,"d":null,"e":"x"}""")]
    [InlineData("e { x = 1 }\ne { x = 2 }\nf { x = 3 }", """{"e":[{"x":1},{"x":2}],"f":{"x":3}}""")]
    [InlineData("extra_config \"router\" { a = 1 }\nextra_config \"auth/x\" { b = 2 }", """{"extra_config":{"auth/x":{"b":2},"router":{"a":1}}}""")]
    [InlineData("s \"a\" \"b\" { x = 1 }\ns \"a\" \"b\" { x = 2 }\ns a c {}", """{"s":{"a":{"b":[{"x":1},{"x":2}],"c":{}}}}""")]
    [InlineData("extra_config {\n  \"auth/x\" { b = 2 }\n  \"k\" = 1\n}", """{"extra_config":{"auth/x":{"b":2},"k":1}}""")]
    [InlineData("a = [1, \"x\", [true], {k = 1}, ]\nb = [\n  1,\n  2\n]", """{"a":[1,"x",[true],{"k":1}],"b":[1,2]}""")]
    [InlineData("a = {\n  b = 1\n  c : 2, \"d e\" = 3\n  404 = {}\n}", """{"a":{"404":{},"b":1,"c":2,"d e":3}}""")]
    [InlineData("a = <<EOF\n  x\n\n  \"y\"\nEOF\nb = 1", """{"a":"  x\n\n  \"y\"\n","b":1}""")]
    [InlineData("a = <<-EOF\n    x\n      y\n\n  EOF\n", """{"a":"x\n  y\n\n"}""")]
    [InlineData("a = \"\\n\\t\\\"\\\\\\u00e9\\U0001F600 $${x} %%{y} $5 100%\"", "{\"a\":\"\\n\\t\\\"\\\\é😀 ${x} %{y} $5 100%\"}")]
    [InlineData("", "{}")]
    public void Reads_blocks_and_attributes(string text, string json) => Assert.Equal(json, Documents.Json(text, ConfigFormat.Hcl));

    [Theory]
    [InlineData("a = var.x", "f:1:5: \"var\" would have to be evaluated; variables and functions are not supported, a text needs double quotes")]
    [InlineData("a = 1 + 2", "f:1:7: \"+\" would have to be evaluated; expressions are not supported, write the value itself")]
    [InlineData("a = \"x${y}\"", "f:1:7: ${…} would have to be evaluated; templates are not supported, write $${ if the text is meant")]
    [InlineData("a = <<EOF\n%{if}\nEOF", "f:2:1: %{…} would have to be evaluated; templates are not supported, write %%{ if the text is meant")]
    [InlineData("a = 1\na = 2", "f:2:1: \"a\" was set in line 1 already; only blocks may be repeated")]
    [InlineData("a = 1\na {}", "f:2:1: \"a\" was set in line 1 already; only blocks may be repeated")]
    [InlineData("a = 1 b = 2", "f:1:7: expected the end of the line, not \"b\"")]
    [InlineData("a {\n  b = 1\n", "f:3:1: the block has no \"}\" at its end")]
    [InlineData("a = 1\n}", "f:2:1: a \"}\" without its \"{\"")]
    [InlineData("a: 1", "f:1:2: expected \"=\" and a value, or \"{\" and a block, behind the name, not \":\"")]
    [InlineData("a \"b\" = 1", "f:1:7: expected \"{\" behind the labels of the block, not \"=\"")]
    [InlineData("a = [1 2]", "f:1:8: expected \",\" or \"]\" behind an element of the list, not \"2\"")]
    [InlineData("a = [1", "f:1:7: expected \",\" or \"]\" behind an element of the list, not the end of the file")]
    [InlineData("a = 012", "f:1:5: \"012\" is no number; a text needs double quotes")]
    [InlineData("a = \"x\n\"", "f:1:5: the text has no end on its line; a text of several lines is a heredoc: <<EOF")]
    [InlineData("a = <<EOF\nx", "f:1:5: the heredoc has no line EOF at its end")]
    [InlineData("a = \"\\q\"", "f:1:6: unknown escape in a text; allowed are \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX")]
    [InlineData("/* x", "f:1:1: the comment that begins here has no \"*/\"")]
    [InlineData("{\"version\": 3}", "f:1:1: expected a name (letters, digits, \"_\" and \"-\"; anything else in double quotes), not \"{\"")]
    public void Says_what_is_wrong_and_where(string text, string error) => Assert.Equal(error, Documents.Error(text, ConfigFormat.Hcl));

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.EndsWith("more than 1000 levels of nesting", Documents.Error("a = " + new string('[', 5_000), ConfigFormat.Hcl), StringComparison.Ordinal);
        Assert.EndsWith("more than 1000 levels of nesting", Documents.Error(string.Concat(Enumerable.Repeat("a {\n", 5_000)), ConfigFormat.Hcl), StringComparison.Ordinal);
        Assert.EndsWith("more than 1000 levels of nesting", Documents.Error(string.Concat(Enumerable.Repeat("a ", 5_000)) + "{}", ConfigFormat.Hcl), StringComparison.Ordinal);
    }
}
