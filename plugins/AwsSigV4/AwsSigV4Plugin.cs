using System.Collections.Concurrent;
using KrakenPlugins.AwsSigV4.Credentials;
using KrakenPlugins.AwsSigV4.Signing;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4;

/// <summary>
/// The component <c>auth/aws-sigv4</c>: requests to a backend signed with AWS Signature Version 4. Source: reference page
/// "enterprise_authentication_aws-sigv4"; AUT-144 to AUT-148.
/// </summary>
public sealed class AwsSigV4Plugin : GatewayPlugin
{
    /// <summary>The namespace in a backend's <c>extra_config</c>.</summary>
    public const string Namespace = "auth/aws-sigv4";

    /// <summary>Time before their end from which on credentials are not used any more.</summary>
    public static TimeSpan Reserve { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Time before their end from which on credentials are renewed beside their use.</summary>
    public static TimeSpan Ahead { get; } = TimeSpan.FromMinutes(5);

    private readonly Func<string, string?> _environment;
    private readonly ConcurrentDictionary<(string Role, string Region), AwsIdentity> _identities = new();

    /// <summary>A plugin that sees the environment of the process.</summary>
    public AwsSigV4Plugin() : this(Environment.GetEnvironmentVariable)
    {
    }

    internal AwsSigV4Plugin(Func<string, string?> environment) => _environment = environment;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Backend(Namespace, BackendStages.Request.After(), ClearHeaders);
        registry.Client(Namespace, ClientStages.Signing, Create);
    }

    private static ClearedHeaders ClearHeaders(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) => new(context.Endpoint["input_headers"]);

    private SigV4Middleware? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<AwsSigV4Settings>(config, ConfigPath.Root.Member("extra_config").Member(Namespace), out var settings) || !Judge(settings, diagnostics))
            return null;
        var (role, region) = (settings.AssumeRoleArn, settings.EffectiveStsRegion);
        // Backends with the same identity share it, so that a metadata service is asked once and not by each of them.
        var identity = context.Carry("credentials", config, () => _identities.GetOrAdd((role, region), _ => new AwsIdentity(new Renewed<AwsCredentials>(context.Time, Reserve, Ahead))));
        _identities.TryAdd((role, region), identity);
        var source = new CredentialChain(new CredentialSetting(_environment, context.Outgoing, context.Time, region), role.Length == 0 ? null : role, context.Logger, context.LogPrefix);
        return new SigV4Middleware(new RequestSigner(settings.Service, settings.Region), identity.Credentials, source, settings, context);
    }

    private static bool Judge(AwsSigV4Settings settings, ConfigDiagnostics diagnostics)
    {
        var at = settings.Source;
        if (!IsName(settings.Service))
            at.Error(diagnostics, "service", $"{ConfigText.Quote(settings.Service)} is no name of a service; expected one such as \"execute-api\" or \"s3\"");
        if (!IsName(settings.Region))
            at.Error(diagnostics, "region", $"{ConfigText.Quote(settings.Region)} is no region; expected one such as \"eu-west-1\"");
        if (settings.StsRegion.Length > 0 && !IsName(settings.StsRegion))
            at.Error(diagnostics, "sts_region", $"{ConfigText.Quote(settings.StsRegion)} is no region; expected one such as \"eu-west-1\"");
        if (settings.AssumeRoleArn.Length > 0 && !settings.AssumeRoleArn.StartsWith("arn:", StringComparison.Ordinal))
            at.Error(diagnostics, "assume_role_arn", $"{ConfigText.Quote(settings.AssumeRoleArn)} is no role; expected one such as \"arn:aws:iam::123456789012:role/name\"");
        return !diagnostics.HasErrors;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>What backends share. Not disposable: no one of them may end it for the others, and a fetch ends by its own limit.</summary>
    private sealed record AwsIdentity(Renewed<AwsCredentials> Credentials);
}
