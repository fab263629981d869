using KrakenPlugins.Templates.Sprig.Json;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

/// <summary>Renders templates with the functions of Sprig in a world that stands still: 13 June 2019, 20:39:39 in Madrid.</summary>
internal static class SprigTemplates
{
    public static readonly DateTimeOffset Now = new(2019, 6, 13, 18, 39, 39, TimeSpan.Zero);

    public static SprigEnvironment Environment { get; } = new()
    {
        Environment = name => name switch
        {
            "PORT" => "8080",
            "EMPTY" => "",
            "X" => "value",
            _ => null,
        },
        Time = new StoppedClock(Now),
        ResolveHost = name => name == "db.internal" ? [System.Net.IPAddress.Parse("10.0.0.7")] : throw new System.Net.Sockets.SocketException(11001),
    };

    public static string Render(string template, string json = "{}") => Render(template, Parse(json));

    public static string Render(string template, TemplateValue dot, SprigEnvironment? environment = null)
    {
        var functions = new FunctionTable();
        SprigFunctions.AddTo(functions, environment ?? Environment);
        var set = new TemplateSet(new TemplateOptions { Functions = functions });
        set.Add("test", template);
        var output = new TemplateOutput();
        set.Render("test", dot, output, CancellationToken.None);
        return output.ToString();
    }

    public static string RenderError(string template, string json = "{}") =>
        Assert.Throws<TemplateException>(() => Render(template, json)).Message;

    public static TemplateValue Parse(string json) =>
        JsonReader.TryRead(json, out var value, out var error) ? value : throw new InvalidOperationException(error);

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid");

        public override DateTimeOffset GetUtcNow() => now;
    }
}
