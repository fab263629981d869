using Gateway.Testing;

namespace KrakenPlugins.Expressions.Tests.Engine;

public sealed class CompileErrorTests
{
    [Theory]
    [InlineData("", 1, 1, "the expression is empty")]
    [InlineData("req_method = 'GET'", 1, 12, "did you mean '=='?")]
    [InlineData("req_method == 'GET' & true", 1, 21, "did you mean '&&'?")]
    [InlineData("req_method == 'GET' and true", 1, 21, "did you mean '&&'?")]
    [InlineData("req_method == 'GET", 1, 15, "the text is not closed; expected '")]
    [InlineData("req_method == “GET”", 1, 15, "straight quotes")]
    [InlineData("(1 + 2", 1, 7, "the expression ends too early; expected ')'")]
    [InlineData("[1, 2", 1, 6, "expected ',' or ']' of the list")]
    [InlineData("1 + ", 1, 5, "expected an expression")]
    [InlineData("req_headers.", 1, 13, "expected a name after '.'")]
    [InlineData("true ? 1", 1, 9, "':' of the conditional")]
    [InlineData("'\\q'", 1, 2, "unknown escape \\q")]
    [InlineData("'\\u12'", 1, 2, "is too short; expected 4 hexadecimal digits")]
    [InlineData("'\\ud800'", 1, 8, "is no character")]
    [InlineData("12abc", 1, 1, "not a number")]
    [InlineData("9223372036854775808", 1, 1, "write 9223372036854775808u")]
    [InlineData("18446744073709551616u", 1, 1, "beyond 64 bits")]
    [InlineData("for == 1", 1, 1, "reserved word")]
    [InlineData("has(1)", 1, 5, "has() takes a field or an index")]
    [InlineData("[1].map(1, 2)", 1, 9, "expected the name of a variable")]
    [InlineData("1 +\n  $", 2, 3, "unexpected '$'")]
    [InlineData("'😀' + ", 1, 7, "ends too early")]
    public void A_text_that_does_not_parse_says_where_and_what_was_expected(string text, int line, int column, string message)
    {
        var issue = Assert.Single(Request.Refused(text).Issues);

        Assert.Equal((line, column), (issue.Line, issue.Column));
        Assert.Contains(message, issue.Message);
    }

    [Theory]
    [InlineData("req_metod == 'GET'", "undeclared reference to 'req_metod'; did you mean \"req_method\"?")]
    [InlineData("TRUE", "did you mean \"true\"?")]
    [InlineData("req_method.startWith('G')", "did you mean \"startsWith\"?")]
    [InlineData("req_method.exists()", "is a macro; write list.exists(x, condition)")]
    [InlineData("startsWith(req_method, 'G')", "'startsWith' is a method; call it as x.startsWith(…)")]
    [InlineData("req_method.timestamp()", "'timestamp' is no method; call it as timestamp(…)")]
    [InlineData("req_method == 1", "no such overload: '==' does not take (string, int)")]
    [InlineData("req_method + 1 == 'x'", "'+' does not take (string, int); it takes (int, int), (uint, uint)")]
    [InlineData("req_method && true", "'&&' takes bool, not string")]
    [InlineData("req_method.all(c, true)", "a string cannot be gone through; expected a list or a map")]
    [InlineData("['a'].all(c, c)", "expected a condition (bool), not string")]
    [InlineData("req_method.x", "type 'string' does not support field selection ('x')")]
    [InlineData("{1.5: 'a'}", "unsupported key type: double")]
    [InlineData("Point{x: 1}", "'Point' is no type that can be made")]
    [InlineData("math.abs(-1) == 1", "undeclared reference to the function 'math.abs'")]
    [InlineData("req_headers.?x", "optional values are not enabled here")]
    [Spec("RTE-229", "SEC-061")]
    public void What_does_not_check_says_what_there_is_instead(string text, string message) => Assert.Contains(message, Request.Refused(text).Message);

    [Fact]
    public void All_that_is_wrong_is_reported_at_once()
    {
        var refused = Request.Refused("unknown_a == 1 &&\n  unknown_b == 2");

        Assert.Equal([(1, 1), (2, 3)], refused.Issues.Select(i => (i.Line, i.Column)));
        Assert.EndsWith("(and 1 more)", refused.Message);
        Assert.Contains(" |   unknown_b == 2\n |   ^\n", refused.Detail());
    }

    [Fact]
    [Spec("RTE-217", "SEC-076")]
    public void A_name_with_a_dash_needs_the_index_form()
    {
        Assert.Contains("undeclared reference to 'name'", Request.Refused("resp_data.user.first-name == 'Ann'").Message);
        Assert.True(Request.Evaluate("resp_data.user['first-name'] == 'Ann'").IsTrue);
    }

    [Theory]
    [InlineData("req_method.matches('(?=x)')")]
    [InlineData(@"req_method.matches(r'(a)\1')")]
    [InlineData("matches(req_method, '[')")]
    [Spec("SEC-083", "SEC-204", "RTE-233")]
    public void A_regular_expression_that_RE2_does_not_have_does_not_compile(string text) => Assert.Contains("does not compile", Request.Refused(text).Message);

    [Fact]
    public void What_is_not_checked_is_an_error_of_the_evaluation()
    {
        Assert.Equal(CelErrorCode.Undeclared, Request.Environment.CompileUnchecked("unknown").Evaluate(CelInput.Empty).AsError.Code);
        Assert.Equal(CelErrorCode.NoSuchOverload, Request.Environment.CompileUnchecked("1 + 'a'").Evaluate(CelInput.Empty).AsError.Code);
        Assert.True(Request.Environment.CompileUnchecked("unknown(1) || true").Evaluate(CelInput.Empty).IsTrue);
    }
}
