using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class ObjectTests
{
    public static TheoryData<string, string> Cases => new()
    {
        { "{{.}}", "noon" },
        { "{{.Hour}} {{(.).Hour}} {{now.Hour}} {{(now).Hour}}", "12 12 12 12" },
        { "{{.Add 3}} {{3 | .Add}} {{now.Add 3}} {{(now).Add 3}}", "15 15 15 15" },
        { "{{$x := .}}{{$x.Hour}} {{$x.Add 1}}", "12 13" },
        { "{{print (.Add 3)}}", "15" },
        { "{{printf \"%s|%v|%6s|%q|%T|%d\" . . . . . .}}", "noon|noon|  noon|\"noon\"|time.Time|%!d(time.Time=noon)" },
        { "{{if .}}yes{{end}}", "yes" },
        { "{{with .}}{{.Hour}}{{end}}", "12" },
        { "{{eq . .}} {{eq . now}}", "true true" },
        { "{{.Minute}}", "error: template: t:1:2: executing \"t\" at <.Minute>: can't evaluate field Minute in type time.Time" },
        { "{{.Add}}", "error: template: t:1:2: executing \"t\" at <.Add>: wrong number of args for Add: want 1 got 0" },
        { "{{.Add `x`}}", "error: template: t:1:7: executing \"t\" at <`x`>: expected integer; found `x`" },
        { "{{.Hour 1}}", "error: template: t:1:2: executing \"t\" at <.Hour>: wrong number of args for Hour: want 0 got 1" },
        { "{{.Add -1}}", "error: template: t:1:2: executing \"t\" at <.Add>: error calling Add: not back in time" },
        { "{{range .}}{{end}}", "error: template: t:1:8: executing \"t\" at <.>: range can't iterate over noon" },
        { "{{len .}}", "error: template: t:1:2: executing \"t\" at <len .>: error calling len: len of type time.Time" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Objects_have_a_text_a_type_and_members(string template, string expected)
    {
        var clock = TemplateValue.FromObject(new Clock());
        var functions = new FunctionTable();
        functions.Add(new TemplateFunction("now", [], false, _ => clock));
        var set = new TemplateSet(new TemplateOptions { Functions = functions });
        set.Add("t", template);
        var output = new TemplateOutput();

        var error = Record.Exception(() => set.Render("t", clock, output));

        Assert.Equal(expected, error is TemplateException ? "error: " + error.Message : output.ToString());
    }

    private sealed class Clock : ITemplateObject
    {
        private static readonly TemplateFunction s_hour = new("Hour", [], false, _ => TemplateValue.From(12));

        private static readonly TemplateFunction s_add = new("Add", [TemplateParameter.Int], false, a => a[0].AsInt < 0
            ? throw new TemplateFunctionException("not back in time")
            : TemplateValue.From(12 + a[0].AsInt));

        public string TypeName => "time.Time";

        public string Text => "noon";

        public TemplateFunction? Member(string name) => name switch
        {
            "Hour" => s_hour,
            "Add" => s_add,
            _ => null,
        };
    }
}
