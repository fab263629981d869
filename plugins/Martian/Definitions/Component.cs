namespace KrakenPlugins.Martian.Definitions;

/// <summary>What a definition compiles to: what it does in each phase, or nothing there.</summary>
/// <param name="Request">Changes the request before it is sent.</param>
/// <param name="Response">Changes the answer before anybody looks at it.</param>
internal sealed record Component(Modifier? Request, Modifier? Response);

/// <summary>The phases of a call, as <c>scope</c> names them.</summary>
[Flags]
internal enum Phases
{
    None = 0,
    Request = 1,
    Response = 2,
    Both = Request | Response,
}
