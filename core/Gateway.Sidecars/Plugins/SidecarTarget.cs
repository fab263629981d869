using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Plugins.Processes;
using Gateway.Core.Tls;
using Gateway.Sidecars.Connections;
using Gateway.Sidecars.Supervision;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>Where a sidecar is reached, and how one knows that it is the one.</summary>
internal sealed record SidecarTarget
{
    /// <summary>Id of the plugin, for messages.</summary>
    public required string Id { get; init; }

    /// <summary><c>unix:/path</c>, <c>https://host:port</c> or <c>http://127.0.0.1:port</c>.</summary>
    public required string Address { get; init; }

    /// <summary>What every call shows; or empty.</summary>
    public required string Secret { get; init; }

    /// <summary>The process that the gateway started, or <see langword="null"/>.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Times and certificates.</summary>
    public required ProcessPlan Plan { get; init; }

    /// <summary>Application log.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>Connects to a sidecar and asks what it is. Throws <see cref="SidecarException"/>.</summary>
internal delegate Task<ISidecarSession> SidecarConnector(SidecarTarget target, CancellationToken cancellationToken);

/// <summary>Connects by what the plan of a plugin says.</summary>
internal static class SidecarLinks
{
    /// <summary>Connects and asks the sidecar what it is.</summary>
    /// <exception cref="SidecarException">It cannot be reached or used.</exception>
    public static async Task<ISidecarSession> ConnectAsync(SidecarTarget target, CancellationToken cancellationToken)
    {
        var settings = new SidecarLinkSettings
        {
            Address = target.Address,
            Secret = target.Secret.Length > 0 ? target.Secret : null,
            Session = target.ProcessId,
            Tls = target.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? Tls(target.Plan) : null,
            DialLimit = target.Plan.StartLimit,
            DrainLimit = target.Plan.DrainLimit,
            Calls = new() { Name = target.Id, CallTimeout = target.Plan.Timeout, Logger = target.Logger },
        };
        return await SidecarLink.ConnectAsync(settings, cancellationToken).ConfigureAwait(false);
    }

    private static SslClientAuthenticationOptions Tls(ProcessPlan plan)
    {
        try
        {
            var pool = new TrustPool(plan.Ca.Length > 0 ? PemFiles.ReadCertificates(plan.Ca) : [], plan.Ca.Length == 0);
            var options = new SslClientAuthenticationOptions
            {
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                CertificateChainPolicy = pool.Policy(),
                RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                    certificate is X509Certificate2 leaf && chain is not null && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && pool.Trusts(leaf, chain, errors, out var _),
            };
            if (plan.Cert.Length > 0)
            {
                var pair = PemFiles.ReadPair(plan.Cert, plan.Key);
                options.ClientCertificateContext = SslStreamCertificateContext.Create(pair.Certificate, pair.Issuers, offline: true);
            }
            return options;
        }
        catch (Exception exception) when (exception is PemException or IOException or UnauthorizedAccessException)
        {
            throw new SidecarException($"cannot be called: {exception.Message}") { IsFinal = true };
        }
    }
}
