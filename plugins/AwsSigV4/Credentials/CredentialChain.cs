using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>What providers of credentials work with.</summary>
/// <param name="Environment">Environment variables.</param>
/// <param name="Calls">Calls over the gateway's transport.</param>
/// <param name="Time">Clock.</param>
/// <param name="StsRegion">Region of the security token service.</param>
internal sealed record CredentialSetting(Func<string, string?> Environment, IOutgoingCalls Calls, TimeProvider Time, string StsRegion)
{
    /// <summary>A variable, or <see langword="null"/> when absent or empty.</summary>
    public string? Variable(string name) => Environment(name) is { Length: > 0 } value ? value : null;
}

/// <summary>
/// The default chain of AWS: environment, web identity, shared files, container, instance. The first that is configured decides; when it fails, the next
/// ones are not asked (AUT-145). With a role, that role's credentials (AUT-146).
/// </summary>
internal sealed partial class CredentialChain(CredentialSetting setting, string? roleArn, ILogger logger, string prefix) : IRenewalSource<AwsCredentials>
{
    /// <summary>A fetch is nobody's request alone: all its steps together may take this long, and a request waits no longer than its own time.</summary>
    public TimeSpan Limit { get; } = TimeSpan.FromSeconds(10);

    public async ValueTask<Fetched<AwsCredentials>> FetchAsync(CancellationToken cancellationToken)
    {
        var fetched = await DefaultAsync(setting, cancellationToken).ConfigureAwait(false);
        if (fetched.Value is { } own && roleArn is not null)
            fetched = await new SecurityTokenService(setting).AssumeAsync(roleArn, own, null, cancellationToken).ConfigureAwait(false);
        if (fetched.Value is { IsUsable: false })
            fetched = new GatewayError(GatewayErrorKind.Payload, "a key has characters that no header may have");
        if (fetched.Error is not { } error)
            return fetched;
        Log.NoCredentials(logger, prefix, error.Message);
        return new GatewayError(error.Kind, $"no AWS credentials: {error.Message}");
    }

    private static async ValueTask<Fetched<AwsCredentials>> DefaultAsync(CredentialSetting setting, CancellationToken cancellationToken)
    {
        if (FromEnvironment(setting) is { } environment)
            return new(environment, null, null);
        if (WebIdentity.IsConfigured(setting))
            return await WebIdentity.FetchAsync(setting, cancellationToken).ConfigureAwait(false);
        if (await SharedProfiles.FetchAsync(setting, cancellationToken).ConfigureAwait(false) is { } profile)
            return profile;
        if (await ContainerCredentials.FetchAsync(setting, cancellationToken).ConfigureAwait(false) is { } container)
            return container;
        return await InstanceCredentials.FetchAsync(setting, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The key of the environment, or <see langword="null"/> when it has none.</summary>
    public static AwsCredentials? FromEnvironment(CredentialSetting setting)
    {
        var id = setting.Variable("AWS_ACCESS_KEY_ID") ?? setting.Variable("AWS_ACCESS_KEY");
        var key = setting.Variable("AWS_SECRET_ACCESS_KEY") ?? setting.Variable("AWS_SECRET_KEY");
        return id is null || key is null ? null : new AwsCredentials(id, key, setting.Variable("AWS_SESSION_TOKEN"));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[AWS SigV4] no credentials: {Reason}")]
        public static partial void NoCredentials(ILogger logger, string prefix, string reason);
    }
}
