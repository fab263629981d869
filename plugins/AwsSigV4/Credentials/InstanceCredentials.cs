using System.Globalization;
using System.Text;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>
/// Credentials of an instance's role from its metadata service, version 2 only: a session first, then the role, then its key. The first version, which
/// whoever can make the gateway call a URL could use, is never spoken. <c>AWS_EC2_METADATA_SERVICE_ENDPOINT</c> replaces its address.
/// </summary>
internal static class InstanceCredentials
{
    private const string Roles = "/latest/meta-data/iam/security-credentials/";

    public static async ValueTask<Fetched<AwsCredentials>> FetchAsync(CredentialSetting setting, CancellationToken cancellationToken)
    {
        if (string.Equals(setting.Variable("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
            return Failure("neither environment, shared files nor container have any, and AWS_EC2_METADATA_DISABLED is true");
        var endpoint = setting.Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254";
        if (!OutgoingAddress.TryParse(endpoint, out var address))
            return Failure("AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL");

        var session = CallOf("PUT", address.WithTarget("/latest/api/token"));
        session.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "21600");
        var (token, error) = await TextAsync(setting, session, cancellationToken).ConfigureAwait(false);
        if (token is null)
            return error!;
        var (role, roleError) = await TextAsync(setting, WithSession(address.WithTarget(Roles), token), cancellationToken).ConfigureAwait(false);
        if (role is null)
            return roleError!;

        var name = role.Split('\n')[0].Trim();
        var (answer, keyError) = await setting.Calls.SendAsync(WithSession(address.WithTarget(Roles + Uri.EscapeDataString(name)), token), cancellationToken).ConfigureAwait(false);
        return answer is null ? Unreachable(address, keyError!) : CredentialJson.Read(answer, $"the metadata service {address.Host}", setting.Time);
    }

    private static OutgoingCall CallOf(string method, OutgoingAddress address) =>
        new() { Method = method, Address = address, IsDirect = true, Timeout = TimeSpan.FromSeconds(2), MaxAnswer = CredentialJson.MaxBytes };

    private static OutgoingCall WithSession(OutgoingAddress address, string token)
    {
        var call = CallOf("GET", address);
        call.Headers.Add("X-aws-ec2-metadata-token", token);
        return call;
    }

    private static async ValueTask<(string? Text, GatewayError? Error)> TextAsync(CredentialSetting setting, OutgoingCall call, CancellationToken cancellationToken)
    {
        var (answer, error) = await setting.Calls.SendAsync(call, cancellationToken).ConfigureAwait(false);
        if (answer is null)
            return (null, Unreachable(call.Address, error!));
        var text = Encoding.UTF8.GetString(answer.Body.Span).Trim();
        return answer.StatusCode == 200 && text.Length > 0
            ? (text, null)
            : (null, new GatewayError(GatewayErrorKind.Status, $"the metadata service {call.Address} answers {answer.StatusCode.ToString(CultureInfo.InvariantCulture)}"));
    }

    private static GatewayError Unreachable(OutgoingAddress address, GatewayError error) =>
        new(error.Kind, $"neither environment, shared files nor container have any, and the metadata service {address.Host} cannot be asked: {error.Message}");

    private static GatewayError Failure(string reason) => new(GatewayErrorKind.Internal, reason);
}
