using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Configuration;
using Gateway.Core.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server.Tls;

/// <summary>
/// TLS of the listener: goes between the sockets and what speaks HTTP. Its certificates change when their files do, without the
/// listener. Source: reference pages "service-settings_tls" and "authorization_mutual-authentication".
/// </summary>
internal sealed partial class TlsListener : IDisposable
{
    private const string Prefix = "[SERVICE: Gin]";

    private readonly TlsServerConfig _config;
    private readonly TlsFiles _files;
    private readonly TlsHandshake _handshake;
    private volatile ServerCredentials _credentials;

    private TlsListener(TlsServerConfig config, TlsFiles files, ServerCredentials credentials, TlsHandshake handshake)
    {
        _config = config;
        _files = files;
        _credentials = credentials;
        _handshake = handshake;
        files.Watch(Renew);
    }

    /// <summary>Reads the files; throws <see cref="ConfigurationException"/> when a certificate or its key cannot be used (CFG-179).</summary>
    /// <param name="config">Settings.</param>
    /// <param name="server">Settings whose limits hold for a handshake too.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">The log at the time.</param>
    public static TlsListener Create(TlsServerConfig config, ServerConfig server, TimeProvider time, Func<ILogger> logger)
    {
        var files = new TlsFiles(Prefix, config.Keys, config.EnableMtls ? config.CaCerts : [], time, logger);
        foreach (var pair in files.Pairs)
        {
            if (pair.Refresh() is { } error)
                throw new ConfigurationException($"tls.keys: {error}");
            files.CheckValidity(pair);
        }
        files.ReadAuthorities();
        if (config.EnableMtls)
            CheckTrust(config, files, logger());
        return new TlsListener(config, files, CredentialsOf(config, files), new TlsHandshake(server, time, new HandshakeLog(time, logger)));
    }

    /// <summary>Serves a connection in TLS; returns when it has ended, at once when the handshake fails.</summary>
    public Task ServeAsync(ConnectionContext connection, ConnectionDelegate next) => _handshake.ServeAsync(connection, _credentials, next);

    /// <summary>Ends the watch over the files.</summary>
    public void Dispose() => _files.Dispose();

    private static void CheckTrust(TlsServerConfig config, TlsFiles files, ILogger logger)
    {
        if (config.DisableSystemCaPool && config.CaCerts.Count > 0 && files.AllAuthorities().Count == 0)
            throw new ConfigurationException("tls.ca_certs: none of the files could be read and disable_system_ca_pool is set: no client could enter");
        Log.OwnCertificates(logger, Prefix);
    }

    private static ServerCredentials CredentialsOf(TlsServerConfig config, TlsFiles files) =>
        new(config, [.. files.Pairs.Select(static pair => pair.Value!)], config.EnableMtls ? files.AllAuthorities() : []);

    private void Renew() => _credentials = CredentialsOf(_config, _files);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix} the gateway's own certificates are trusted as certificates of clients too")]
        public static partial void OwnCertificates(ILogger logger, string prefix);
    }
}
