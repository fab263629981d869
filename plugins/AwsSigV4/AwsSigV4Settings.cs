using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.AwsSigV4;

/// <summary>The value of <c>auth/aws-sigv4</c>. Source: reference page "enterprise_authentication_aws-sigv4"; AUT-144 to AUT-148.</summary>
public sealed class AwsSigV4Settings
{
    /// <summary>Where it was read.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>Name of the service in signatures, such as <c>execute-api</c>, <c>s3</c> or <c>dynamodb</c>.</summary>
    [ConfigRequired]
    public string Service { get; init; } = "";

    /// <summary>Region in signatures, such as <c>eu-west-1</c>.</summary>
    [ConfigRequired]
    public string Region { get; init; } = "";

    /// <summary>Role that is assumed before signing.</summary>
    public string AssumeRoleArn { get; init; } = "";

    /// <summary>Region of the security token service that the role is assumed at; <c>region</c> when absent.</summary>
    public string StsRegion { get; init; } = "";

    /// <summary>Whether the log has the signing steps at the level DEBUG. Keys and session tokens are never in it.</summary>
    public bool Debug { get; init; }

    /// <summary>Region of the security token service.</summary>
    internal string EffectiveStsRegion => StsRegion.Length > 0 ? StsRegion : Region;
}
