using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>The role of a Kubernetes service account: <c>AWS_ROLE_ARN</c> for the token in <c>AWS_WEB_IDENTITY_TOKEN_FILE</c>.</summary>
internal static class WebIdentity
{
    private const int MaxToken = 64 << 10;

    public static bool IsConfigured(CredentialSetting setting) => setting.Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is not null && setting.Variable("AWS_ROLE_ARN") is not null;

    public static async ValueTask<Fetched<AwsCredentials>> FetchAsync(CredentialSetting setting, CancellationToken cancellationToken)
    {
        var (token, problem) = await SmallFile.ReadAsync(setting.Variable("AWS_WEB_IDENTITY_TOKEN_FILE")!, MaxToken, cancellationToken).ConfigureAwait(false);
        return token is null
            ? new GatewayError(GatewayErrorKind.Internal, problem!)
            : await new SecurityTokenService(setting).AssumeWithWebIdentityAsync(setting.Variable("AWS_ROLE_ARN")!, token.Trim(), cancellationToken).ConfigureAwait(false);
    }
}
