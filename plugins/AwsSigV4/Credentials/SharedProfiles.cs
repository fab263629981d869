using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>
/// Credentials of a profile of the shared files: <c>AWS_PROFILE</c>, else <c>default</c>; a key, or a role with <c>source_profile</c> or
/// <c>credential_source</c>, or one for a web identity. <c>AWS_SHARED_CREDENTIALS_FILE</c> and <c>AWS_CONFIG_FILE</c> replace the files.
/// </summary>
internal static class SharedProfiles
{
    private const int MaxFile = 1 << 20;
    private const int MaxDepth = 5;

    // Files are written anew when keys are rotated; nobody restarts the gateway for it.
    private static readonly TimeSpan s_keyLifetime = TimeSpan.FromMinutes(15);

    /// <summary><see langword="null"/> when the profile has no credentials and nobody asked for it by name.</summary>
    public static async ValueTask<Fetched<AwsCredentials>?> FetchAsync(CredentialSetting setting, CancellationToken cancellationToken)
    {
        var asked = setting.Variable("AWS_PROFILE") ?? setting.Variable("AWS_DEFAULT_PROFILE");
        var profiles = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        var problem = await AddAsync(setting, "AWS_SHARED_CREDENTIALS_FILE", "credentials", false, profiles, cancellationToken).ConfigureAwait(false)
            ?? await AddAsync(setting, "AWS_CONFIG_FILE", "config", true, profiles, cancellationToken).ConfigureAwait(false);
        // A file that is there may say who the gateway is: it does not become somebody else because it cannot be read.
        if (problem is not null)
            return Failure(problem);
        if (asked is null && (!profiles.TryGetValue("default", out var profile) || !HasCredentials(profile)))
            return null;
        return await ResolveAsync(setting, profiles, asked ?? "default", MaxDepth, cancellationToken).ConfigureAwait(false);
    }

    private static bool HasCredentials(Dictionary<string, string> profile) => profile.ContainsKey("aws_access_key_id") || profile.ContainsKey("role_arn");

    private static async ValueTask<string?> AddAsync(
        CredentialSetting setting, string variable, string name, bool isConfig, Dictionary<string, Dictionary<string, string>> profiles, CancellationToken cancellationToken)
    {
        var home = setting.Variable("HOME") ?? setting.Variable("USERPROFILE");
        if ((setting.Variable(variable) ?? (home is null ? null : Path.Combine(home, ".aws", name))) is not { } file || !File.Exists(file))
            return null;
        var (text, problem) = await SmallFile.ReadAsync(file, MaxFile, cancellationToken).ConfigureAwait(false);
        if (text is not null)
            ProfileFile.Read(text, isConfig, profiles);
        return problem;
    }

    private static async ValueTask<Fetched<AwsCredentials>> ResolveAsync(
        CredentialSetting setting, Dictionary<string, Dictionary<string, string>> profiles, string name, int depth, CancellationToken cancellationToken)
    {
        if (!profiles.TryGetValue(name, out var profile))
            return Failure($"the profile \"{name}\" is in neither of the shared files");
        if (!profile.TryGetValue("role_arn", out var role))
            return KeyOf(profile) is { } key ? new Fetched<AwsCredentials>(key, s_keyLifetime, null) : Failure($"the profile \"{name}\" has neither a key nor a role (sign-on and processes are not supported)");
        if (depth == 0)
            return Failure($"the profile \"{name}\" stands behind too many source_profile; do they lead in a circle?");

        var service = new SecurityTokenService(setting);
        if (profile.TryGetValue("web_identity_token_file", out var file))
        {
            var (token, problem) = await SmallFile.ReadAsync(file, MaxFile, cancellationToken).ConfigureAwait(false);
            return token is null ? Failure(problem!) : await service.AssumeWithWebIdentityAsync(role, token.Trim(), cancellationToken).ConfigureAwait(false);
        }
        var source = await SourceAsync(setting, profiles, profile, name, depth, cancellationToken).ConfigureAwait(false);
        return source.Value is { } own ? await service.AssumeAsync(role, own, profile.GetValueOrDefault("external_id"), cancellationToken).ConfigureAwait(false) : source;
    }

    private static async ValueTask<Fetched<AwsCredentials>> SourceAsync(
        CredentialSetting setting, Dictionary<string, Dictionary<string, string>> profiles, Dictionary<string, string> profile, string name, int depth, CancellationToken cancellationToken)
    {
        if (profile.TryGetValue("source_profile", out var next))
            return next == name && KeyOf(profile) is { } own ? new Fetched<AwsCredentials>(own, s_keyLifetime, null) : await ResolveAsync(setting, profiles, next, depth - 1, cancellationToken).ConfigureAwait(false);
        return profile.GetValueOrDefault("credential_source") switch
        {
            "Environment" when CredentialChain.FromEnvironment(setting) is { } key => new(key, null, null),
            "EcsContainer" => await ContainerCredentials.FetchAsync(setting, cancellationToken).ConfigureAwait(false) ?? Failure("no container credentials are named by the environment"),
            "Ec2InstanceMetadata" => await InstanceCredentials.FetchAsync(setting, cancellationToken).ConfigureAwait(false),
            _ => Failure($"the role of the profile \"{name}\" needs a source_profile or a credential_source that has credentials"),
        };
    }

    private static AwsCredentials? KeyOf(Dictionary<string, string> profile) =>
        profile.TryGetValue("aws_access_key_id", out var id) && profile.TryGetValue("aws_secret_access_key", out var key)
            ? new AwsCredentials(id, key, profile.GetValueOrDefault("aws_session_token"))
            : null;

    private static GatewayError Failure(string reason) => new(GatewayErrorKind.Internal, reason);
}
