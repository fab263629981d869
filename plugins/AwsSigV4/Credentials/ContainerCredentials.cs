using System.Net;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>
/// Credentials of a container: <c>AWS_CONTAINER_CREDENTIALS_RELATIVE_URI</c> (ECS) or <c>AWS_CONTAINER_CREDENTIALS_FULL_URI</c> (EKS Pod Identity).
/// The full URI must be <c>https</c>, loopback, or one of the addresses of ECS and EKS, so that no token goes to a stranger.
/// </summary>
internal static class ContainerCredentials
{
    private const int MaxToken = 64 << 10;

    private static readonly IPAddress[] s_own = [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    /// <summary><see langword="null"/> when the environment names none.</summary>
    public static async ValueTask<Fetched<AwsCredentials>?> FetchAsync(CredentialSetting setting, CancellationToken cancellationToken)
    {
        var relative = setting.Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        var url = relative is not null ? $"http://169.254.170.2{relative}" : setting.Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (url is null)
            return null;
        if (!OutgoingAddress.TryParse(url, out var address) || !IsTrusted(address.Host))
            return new GatewayError(GatewayErrorKind.Internal, "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, loopback or an address of ECS or EKS");
        var call = new OutgoingCall { Method = "GET", Address = address, IsDirect = !address.Host.IsSecure, Timeout = TimeSpan.FromSeconds(5), MaxAnswer = CredentialJson.MaxBytes };
        var (token, problem) = await TokenAsync(setting, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return new GatewayError(GatewayErrorKind.Internal, problem);
        if (token is not null)
            call.Headers.Add("Authorization", token);
        var (answer, error) = await setting.Calls.SendAsync(call, cancellationToken).ConfigureAwait(false);
        if (answer is null)
            return new GatewayError(error!.Kind, $"{address}: {error.Message}");
        return CredentialJson.Read(answer, address.ToString(), setting.Time);
    }

    private static bool IsTrusted(BackendHost host) =>
        host.IsSecure || host.Host == "localhost" || (IPAddress.TryParse(host.Host, out var address) && (IPAddress.IsLoopback(address) || s_own.Contains(address)));

    // The file is written anew from time to time (EKS): it is read for each fetch.
    private static async ValueTask<(string? Token, string? Problem)> TokenAsync(CredentialSetting setting, CancellationToken cancellationToken)
    {
        if (setting.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is not { } file)
            return (setting.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"), null);
        var (text, problem) = await SmallFile.ReadAsync(file, MaxToken, cancellationToken).ConfigureAwait(false);
        return (text?.Trim(), problem);
    }
}
