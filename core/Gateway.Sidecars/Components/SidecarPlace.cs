using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Components;

/// <summary>One use of a component of a sidecar: what its part in the pipeline is made of.</summary>
internal sealed record SidecarPlace
{
    /// <summary>The sidecar.</summary>
    public required ISidecarAccess Sidecar { get; init; }

    /// <summary>Number that calls name it by.</summary>
    public required uint Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required Layer Layer { get; init; }

    /// <summary>The namespace, or the name among the plugins of a kind.</summary>
    public required string Name { get; init; }

    /// <summary>Whether a request passes by when there is no sidecar or it loses the call; else it fails.</summary>
    public required bool IsBypassed { get; init; }

    /// <summary>Whether an answer of its own has to be data: raw bytes are for <c>no-op</c>.</summary>
    public bool TakesData { get; init; }

    /// <summary>Bytes of a body that is handed over as a whole.</summary>
    public int MaxWholeBody { get; init; } = 8 << 20;

    /// <summary>The client's address of an exchange; <see langword="null"/> where there is no exchange.</summary>
    public Func<Microsoft.AspNetCore.Http.HttpContext, string>? ClientAddress { get; init; }

    /// <summary>Names of the placeholders in the endpoint's path, for components around its exchanges.</summary>
    public IReadOnlyList<string> PathParameters { get; init; } = [];

    /// <summary>The value of one of them in an exchange; <see langword="null"/> where there are none.</summary>
    public Func<Microsoft.AspNetCore.Http.HttpContext, string, string?>? PathParameter { get; init; }

    /// <summary>Adds a text to the errors of the access log.</summary>
    public Action<Microsoft.AspNetCore.Http.HttpContext, string>? NoteError { get; init; }

    /// <summary>Application log.</summary>
    public required ILogger Logger { get; init; }
}
