using Gateway.Core.Routing;
using Xunit;

namespace Gateway.Core.Tests.Routing;

/// <summary>A table whose handlers are the routes themselves, written <c>GET /path</c>.</summary>
internal sealed class Routes
{
    private readonly RouteTable<string> _table;

    private Routes(RouteTable<string> table) => _table = table;

    public static Routes Of(params string[] routes) => With(new RouteOptions(), routes);

    public static Routes With(RouteOptions options, params string[] routes) => With(options, partial: false, routes);

    public static Routes Partial(params string[] routes) => With(new RouteOptions(), partial: true, routes);

    public static Routes With(RouteOptions options, bool partial, params string[] routes)
    {
        var builder = new RouteTableBuilder<string>();
        foreach (var route in routes)
            Assert.Null(Add(builder, route, partial));
        return new Routes(builder.Build(options));
    }

    public static RouteConflict? Add(RouteTableBuilder<string> builder, string route, bool partial = false)
    {
        var space = route.IndexOf(' ', StringComparison.Ordinal);
        return builder.Add(route[..space], route[(space + 1)..], partial, route);
    }

    public RouteMatch<string> Match(string request)
    {
        var space = request.IndexOf(' ', StringComparison.Ordinal);
        var match = default(RouteMatch<string>);
        _table.Match(request[..space], request.AsSpan(space + 1), ref match);
        return match;
    }

    /// <summary>The outcome in one line: <c>GET /a/{id} id=1 *=rest</c>, <c>301 /a</c>, <c>405 GET, POST</c>, <c>400 text</c> or <c>404</c>.</summary>
    public string Answer(string request)
    {
        var match = Match(request);
        switch (match.Outcome)
        {
            case RouteOutcome.Found:
                var text = match.Handler!;
                for (var i = 0; i < match.Parameters.Length; i++)
                    text += $" {match.ParameterNames[i]}={match.Parameters[i]}";
                return match.Remainder is null ? text : $"{text} *={match.Remainder}";
            case RouteOutcome.NotFound:
                return "404";
            default:
                return $"{match.StatusCode} {match.Location}{match.Error}{match.Allow}";
        }
    }
}
