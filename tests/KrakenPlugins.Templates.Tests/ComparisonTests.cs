using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-093")]
public sealed class ComparisonTests
{
    private const string Data = """{"port":8080,"f":1.5,"s":"hello","three":3,"neg":-1,"l":[1],"m":{"one":1},"null":null}""";

    public static TheoryData<string, string> Cases => new()
    {
        { "eq true true", "true" }, { "eq true false", "false" }, { "eq 1.5 1.5", "true" }, { "eq 1.5 2.5", "false" },
        { "eq 1 1", "true" }, { "eq 1 2", "false" }, { "eq `xy` `xy`", "true" }, { "eq `xy` `xyz`", "false" },
        { "eq 3 4 5 6 3", "true" }, { "eq 3 4 5 6 7", "false" }, { "eq .s `a` `hello`", "true" }, { "eq .port 8080", "true" },
        { "eq 8080 .port", "true" }, { "eq .port 8080.0", "true" }, { "eq 2 2.0", "true" }, { "eq 2 2.5", "false" }, { "eq .f 1.5", "true" },
        { "eq .missing nil", "true" }, { "eq .null nil", "true" }, { "eq .missing `a`", "false" }, { "eq `a` .missing", "false" },
        { "eq .missing .null", "true" }, { "eq 0 .missing", "false" }, { "eq (index `x` 0) 'x'", "true" }, { "eq (index `x` 0) 'y'", "false" },
        { "eq 9007199254740993 9007199254740992.0", "false" }, { "eq 9223372036854775807 9223372036854775808.0", "false" },
        { "ne true true", "false" }, { "ne true false", "true" }, { "ne 1.5 1.5", "false" }, { "ne 1.5 2.5", "true" },
        { "ne 1 1", "false" }, { "ne 1 2", "true" }, { "ne `xy` `xy`", "false" }, { "ne `xy` `xyz`", "true" }, { "ne .missing `a`", "true" },
        { "lt 1.5 1.5", "false" }, { "lt 1.5 2.5", "true" }, { "lt 1 1", "false" }, { "lt 1 2", "true" }, { "lt 1 1.5", "true" },
        { "lt 1.5 1", "false" }, { "lt .neg 0", "true" }, { "lt -1.5 -1", "true" }, { "lt `xy` `xy`", "false" }, { "lt `xy` `xyz`", "true" },
        { "lt `B` `a`", "true" }, { "lt `é` `\U0001F600`", "true" }, { "lt `\uFF5E` `\U0001F600`", "true" }, { "lt 1 1e300", "true" },
        { "le 1.5 1.5", "true" }, { "le 1.5 2.5", "true" }, { "le 2.5 1.5", "false" }, { "le 1 1", "true" }, { "le 1 2", "true" },
        { "le 2 1", "false" }, { "le `xy` `xyz`", "true" }, { "le `xyz` `xy`", "false" }, { "le .three 3", "true" },
        { "gt 1.5 1.5", "false" }, { "gt 1.5 2.5", "false" }, { "gt 1 1", "false" }, { "gt 2 1", "true" }, { "gt 1 2", "false" },
        { "gt `xy` `xyz`", "false" }, { "gt `xyz` `xy`", "true" }, { "gt .port 80", "true" }, { "gt 1 -1e300", "true" },
        { "ge 1.5 1.5", "true" }, { "ge 1.5 2.5", "false" }, { "ge 2.5 1.5", "true" }, { "ge 1 1", "true" }, { "ge 1 2", "false" },
        { "ge 2 1", "true" }, { "ge `xy` `xyz`", "false" }, { "ge `xyz` `xy`", "true" }, { "ge .three 3.0", "true" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Numbers_compare_by_value_and_texts_by_their_bytes(string expression, string expected) =>
        Assert.Equal(expected, Go.Render("{{" + expression + "}}", Data));

    public static TheoryData<string, string> Errors => new()
    {
        { "eq `xy` 1", "error calling eq: incompatible types for comparison" },
        { "eq true 1", "error calling eq: incompatible types for comparison" },
        { "eq .l 1", "error calling eq: incompatible types for comparison" },
        { "eq .l .l", "error calling eq: non-comparable type [1]: []interface {}" },
        { "eq .m .m", "error calling eq: non-comparable type map[one:1]: map[string]interface {}" },
        { "ne .m nil", "error calling ne: non-comparable type map[one:1]: map[string]interface {}" },
        { "eq 1", "error calling eq: missing argument for comparison" },
        { "lt true true", "error calling lt: invalid type for comparison" },
        { "lt .l 1", "error calling lt: invalid type for comparison" },
        { "lt 1 .missing", "error calling lt: invalid type for comparison" },
        { "gt nil 1", "error calling gt: invalid type for comparison" },
        { "lt 1 `1`", "error calling lt: incompatible types for comparison" },
        { "ge `1` 1", "error calling ge: incompatible types for comparison" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void What_cannot_be_compared_is_an_error(string expression, string expected) =>
        Assert.Equal($"error: template: t:1:2: executing \"t\" at <{expression}>: {expected}", Go.Render("{{" + expression + "}}", Data));

    [Fact]
    public void Ne_takes_exactly_two_arguments() =>
        Assert.Equal("error: template: t:1:2: executing \"t\" at <ne>: wrong number of args for ne: want 2 got 3", Go.Render("{{ne 1 2 3}}"));
}
