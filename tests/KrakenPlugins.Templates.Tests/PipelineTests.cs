using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-092")]
public sealed class PipelineTests
{
    private const string Data = """{"a":"x","n":5,"half":2.5,"null":null,"m":{"k":"v"},"l":[1,2]}""";

    public static TheoryData<string, string> Cases => new()
    {
        { "{{\"b\" | twoArgs \"a\"}}", "twoArgs=ab" },
        { "{{\"aaa\"|oneArg}}", "oneArg=aaa" },
        { "{{\"a\" | oneArg | oneArg}}", "oneArg=oneArg=a" },
        { "{{.a | printf \"%s-%s\" \"p\"}}", "p-x" },
        { "{{printf `%d %d %d` (1) (2 | add 3) (add 4 (add 5 6))}}", "1 5 15" },
        { "{{(((1)))}}", "1" },
        { "{{1 | add 2 | add 3}}", "6" },
        { "{{.l | len}}", "2" },
        { "{{.missing | print}}", "<nil>" },
        { "{{.null | print}}", "<nil>" },
        { "{{\"aaa\"|printf }}", "aaa" },
        { "{{add 1 (2 | add 3)}}", "6" },
        { "{{1 | }}", "1" },
        { "{{(echo .m).k}}", "v" },
        { "{{.m | echo}}", "map[k:v]" },
        { "{{oneArg (oneArg `q`)}}", "oneArg=oneArg=q" },
        { "{{zeroArgs}}", "zeroArgs" },
        { "{{half 3}}", "1.5" },
        { "{{half .n}}", "2.5" },
        { "{{negate true}}", "false" },
        { "{{first .l}}", "1" },
        { "{{first nil}}", "none" },
        { "{{first .missing}}", "none" },
        { "{{size .m}}", "1" },
        { "{{size .missing}}", "-1" },
        { "{{add .n 1}}", "6" },
        { "{{add 1.0 2}}", "3" },
        { "{{add}}", "0" },
        { "{{add 'a'}}", "97" },
        { "{{oneArg}}", "error: template: t:1:2: executing \"t\" at <oneArg>: wrong number of args for oneArg: want 1 got 0" },
        { "{{oneArg `a` `b`}}", "error: template: t:1:2: executing \"t\" at <oneArg>: wrong number of args for oneArg: want 1 got 2" },
        { "{{`c` | oneArg `a`}}", "error: template: t:1:8: executing \"t\" at <oneArg>: wrong number of args for oneArg: want 1 got 2" },
        { "{{dddArg}}", "error: template: t:1:2: executing \"t\" at <dddArg>: wrong number of args for dddArg: want at least 1 got 0" },
        { "{{printf}}", "error: template: t:1:2: executing \"t\" at <printf>: wrong number of args for printf: want at least 1 got 0" },
        { "{{3|oneArg}}", "error: template: t:1:4: executing \"t\" at <oneArg>: wrong type for value; expected string; got int" },
        { "{{4|dddArg 3}}", "error: template: t:1:11: executing \"t\" at <3>: wrong type for value; expected string; got int" },
        { "{{oneArg 3}}", "error: template: t:1:9: executing \"t\" at <3>: expected string; found 3" },
        { "{{oneArg .n}}", "error: template: t:1:9: executing \"t\" at <.n>: wrong type for value; expected string; got float64" },
        { "{{oneArg .missing}}", "error: template: t:1:9: executing \"t\" at <.missing>: invalid value; expected string" },
        { "{{oneArg .null}}", "error: template: t:1:9: executing \"t\" at <.null>: wrong type for value; expected string; got interface {}" },
        { "{{oneArg nil}}", "error: template: t:1:9: executing \"t\" at <nil>: cannot assign nil to string" },
        { "{{oneArg true}}", "error: template: t:1:9: executing \"t\" at <true>: expected string; found true" },
        { "{{oneArg returnInt}}", "error: template: t:1:9: executing \"t\" at <returnInt>: wrong type for value; expected string; got int" },
        { "{{add `x`}}", "error: template: t:1:6: executing \"t\" at <`x`>: expected integer; found `x`" },
        { "{{add 1.5}}", "error: template: t:1:6: executing \"t\" at <1.5>: expected integer; found 1.5" },
        { "{{add .half}}", "error: template: t:1:6: executing \"t\" at <.half>: wrong type for value; expected int; got float64" },
        { "{{half true}}", "error: template: t:1:7: executing \"t\" at <true>: expected float; found true" },
        { "{{half .a}}", "error: template: t:1:7: executing \"t\" at <.a>: wrong type for value; expected float64; got string" },
        { "{{negate 1}}", "error: template: t:1:9: executing \"t\" at <1>: expected bool; found 1" },
        { "{{negate .a}}", "error: template: t:1:9: executing \"t\" at <.a>: wrong type for value; expected bool; got string" },
        { "{{first 1}}", "error: template: t:1:8: executing \"t\" at <1>: can't handle 1 for arg of type []interface {}" },
        { "{{size .l}}", "error: template: t:1:7: executing \"t\" at <.l>: wrong type for value; expected map[string]interface {}; got []interface {}" },
        { "{{true|printf}}", "error: template: t:1:7: executing \"t\" at <printf>: wrong type for value; expected string; got bool" },
        { "{{1.1|printf}}", "error: template: t:1:6: executing \"t\" at <printf>: wrong type for value; expected string; got float64" },
        { "{{'x'|printf}}", "error: template: t:1:6: executing \"t\" at <printf>: wrong type for value; expected string; got int" },
        { "{{true|twoArgs \"xxx\"}}", "error: template: t:1:15: executing \"t\" at <\"xxx\">: wrong type for value; expected string; got bool" },
        { "{{3 2}}", "error: template: t:1:2: executing \"t\" at <3>: can't give argument to non-function 3" },
        { "{{. 2}}", "error: template: t:1:2: executing \"t\" at <.>: can't give argument to non-function ." },
        { "{{(1) 2}}", "error: template: t:1:2: executing \"t\" at <(1) 2>: can't give argument to non-function 1" },
        { "{{12|false}}", "error: template: t:1: non executable command in pipeline stage 2" },
        { "{{12|.}}", "error: template: t:1: non executable command in pipeline stage 2" },
        { "{{.|12|printf}}", "error: template: t:1: non executable command in pipeline stage 2" },
        { "{{.|printf|\"error\"}}", "error: template: t:1: non executable command in pipeline stage 3" },
        { "{{12|printf|'e'}}", "error: template: t:1: non executable command in pipeline stage 3" },
        { "{{'c'|nil}}", "error: template: t:1: non executable command in pipeline stage 2" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_comes_through_the_pipe_is_the_last_argument(string template, string expected) =>
        Assert.Equal(expected, Go.Render(template, Data));
}
