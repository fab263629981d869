using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Ntlm;

/// <summary>The value of <c>auth/ntlm</c>.</summary>
internal sealed class NtlmSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>Who signs in: <c>name</c>, <c>DOMAIN\name</c> or <c>name@domain</c>.</summary>
    [ConfigRequired]
    public string User { get; init; } = "";

    /// <summary>The password in clear text.</summary>
    [ConfigRequired]
    public string Password { get; init; } = "";
}
