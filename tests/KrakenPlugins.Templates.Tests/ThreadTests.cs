using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class ThreadTests
{
    [Fact]
    public void Many_threads_render_one_set()
    {
        var set = new TemplateSet(new TemplateOptions { Functions = Go.Functions() });
        set.Add("main", "{{$x := .n}}{{range $i, $e := .l}}{{template \"part\" $e}}{{if eq $i 2}}{{$x = add $x 1}}{{end}}{{end}}{{printf \"%03d\" $x}}");
        set.Add("part", "<{{.}}:{{block \"inner\" .}}{{print . .}}{{end}}>");
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, n =>
        {
            var data = Go.Value(FormattableString.Invariant($"{{\"n\":{n},\"l\":[{n},\"a{n}\",null]}}"));
            var expected = FormattableString.Invariant($"<{n}:{n} {n}><a{n}:a{n}a{n}><<no value>:<nil> <nil>>{n + 1:000}");
            var output = new TemplateOutput();
            for (var i = 0; i < 100; i++)
            {
                output.Clear();
                set.Render("main", data, output);
                if (output.ToString() != expected) failures.Add(output.ToString());
            }
        });

        Assert.Empty(failures);
    }

    [Fact]
    public void A_function_may_render_another_template_of_the_set()
    {
        var functions = new FunctionTable();
        var set = new TemplateSet(new TemplateOptions { Functions = functions });
        functions.Add(new TemplateFunction("render", [TemplateParameter.String, TemplateParameter.Any], false, a =>
        {
            var output = new TemplateOutput();
            set.Render(a[0].AsString, a[1], output);
            return TemplateValue.From(output.ToString());
        }));
        set.Add("inner", "[{{.}}{{if .}}{{render \"inner\" 0}}{{end}}]");
        set.Add("outer", "{{$x := 1}}{{print 1 (render \"inner\" 5) $x}}{{$x}}");
        var result = new TemplateOutput();

        set.Render("outer", default, result);

        Assert.Equal("1[5[0]]11", result.ToString());
    }
}
