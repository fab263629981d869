using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Policies;

/// <summary><c>security/policies</c>.</summary>
internal sealed class PoliciesSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Policies over the claims of a validated token.</summary>
    public GroupSettings? Jwt { get; init; }

    /// <summary>Policies over the request.</summary>
    public GroupSettings? Req { get; init; }

    /// <summary>Policies over the answer.</summary>
    public GroupSettings? Resp { get; init; }

    /// <summary>Checks the policies of a group as one.</summary>
    public bool AutoJoinPolicies { get; init; }

    /// <summary>Logs variables and result of every evaluation.</summary>
    public bool Debug { get; init; }

    /// <summary>Takes the advanced macros away.</summary>
    [ConfigAlias("disable_advanced_macros")]
    public bool DisableMacros { get; init; }
}

/// <summary>The policies of one moment.</summary>
internal sealed class GroupSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Expressions that must all be true.</summary>
    public ConfigNode? Policies { get; init; }

    /// <summary>What the client gets when one of them is not true.</summary>
    public ErrorSettings? Error { get; init; }
}

/// <summary>The answer of a group that was not followed.</summary>
internal sealed class ErrorSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Status of the answer.</summary>
    public int Status { get; init; } = 500;

    /// <summary>Body of the answer.</summary>
    public string Body { get; init; } = "";

    /// <summary>Content-Type of the body.</summary>
    public string ContentType { get; init; } = "text/plain";
}
