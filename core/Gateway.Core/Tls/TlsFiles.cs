using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Configuration;
using Gateway.Core.Files;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Tls;

/// <summary>
/// The files of one <c>tls</c> or <c>client_tls</c>: read once, and again when they change on disk (CFG-183). A file that is broken when
/// it is read again keeps what it held before.
/// </summary>
internal sealed partial class TlsFiles : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(3);

    private readonly string _prefix;
    private readonly TimeProvider _time;
    private readonly Func<ILogger> _logger;
    private readonly FileStamps _stamps;
    private readonly Lock _gate = new();
    private Action? _changed;
    private ITimer? _timer;
    private bool _isSettling;

    /// <summary>Takes note of the files and reads nothing yet.</summary>
    /// <param name="prefix">How lines of the log begin.</param>
    /// <param name="keys">Key pairs.</param>
    /// <param name="authorities">Files of authorities.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">The log at the time.</param>
    public TlsFiles(string prefix, IReadOnlyList<KeyPairFiles> keys, IReadOnlyList<string> authorities, TimeProvider time, Func<ILogger> logger)
    {
        _prefix = prefix;
        _time = time;
        _logger = logger;
        Pairs = [.. keys.Select(static files => new PemSource<KeyPair>([files.Certificate, files.PrivateKey], () => PemFiles.ReadPair(files.Certificate, files.PrivateKey)))];
        Authorities = [.. authorities.Select(static file => new PemSource<X509Certificate2Collection>([file], () => PemFiles.ReadCertificates(file)))];
        _stamps = new FileStamps([.. Pairs.SelectMany(static pair => pair.Paths), .. authorities]);
    }

    /// <summary>Key pairs in the order of the configuration.</summary>
    public IReadOnlyList<PemSource<KeyPair>> Pairs { get; }

    /// <summary>Authorities in the order of the configuration.</summary>
    public IReadOnlyList<PemSource<X509Certificate2Collection>> Authorities { get; }

    /// <summary>Everything that authorities were read from, together.</summary>
    public X509Certificate2Collection AllAuthorities()
    {
        var all = new X509Certificate2Collection();
        foreach (var file in Authorities)
        {
            if (file.Value is { } certificates)
                all.AddRange(certificates);
        }
        return all;
    }

    /// <summary>Reads the authorities; those that cannot be read are logged and left out (CFG-181, CFG-188).</summary>
    public void ReadAuthorities()
    {
        foreach (var file in Authorities)
        {
            if (file.Refresh() is { } error)
                Log.NoAuthority(_logger(), _prefix, file.Paths[0], error);
        }
    }

    /// <summary>Says of a certificate that it is not valid.</summary>
    public void CheckValidity(PemSource<KeyPair> pair)
    {
        var certificate = pair.Value!.Certificate;
        var now = _time.GetUtcNow().UtcDateTime;
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        if (now > to)
            Log.Expired(_logger(), _prefix, pair.Paths[0], to);
        else if (now < from)
            Log.NotYetValid(_logger(), _prefix, pair.Paths[0], from);
    }

    /// <summary>Looks at the files from now on, and calls back when any of them holds something else.</summary>
    public void Watch(Action changed)
    {
        _changed = changed;
        if (Pairs.Count + Authorities.Count > 0)
            _timer = _time.CreateTimer(static state => ((TlsFiles)state!).Look(), this, s_period, s_period);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <summary>Waits until the files have been still for a period: a certificate and its key are seldom replaced in one step.</summary>
    private void Look()
    {
        if (!_gate.TryEnter())
            return;
        try
        {
            if (_stamps.HasChanged())
            {
                _stamps.Renew();
                _isSettling = true;
            }
            else if (_isSettling)
            {
                _isSettling = false;
                Reload();
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Reload()
    {
        var failed = 0;
        foreach (var pair in Pairs)
        {
            if (pair.Refresh() is { } error)
                Fail(error);
            else
                CheckValidity(pair);
        }
        foreach (var file in Authorities)
        {
            if (file.Refresh() is { } error)
                Fail(error);
        }
        if (failed == Pairs.Count + Authorities.Count)
            return;
        try
        {
            _changed!();
        }
        catch (Exception exception) when (exception is CryptographicException or AuthenticationException or ArgumentException or NotSupportedException)
        {
            // On the timer's thread nobody else could hear of it.
            Log.NotRenewed(_logger(), _prefix, exception.Message);
            return;
        }
        Log.Renewed(_logger(), _prefix);

        void Fail(string error)
        {
            failed++;
            Log.NotRenewed(_logger(), _prefix, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix} Cannot load certificate CA {File}: {Reason}")]
        public static partial void NoAuthority(ILogger logger, string prefix, string file, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix} the certificate in {File} expired on {End:u}")]
        public static partial void Expired(ILogger logger, string prefix, string file, DateTime end);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix} the certificate in {File} is not valid before {Start:u}")]
        public static partial void NotYetValid(ILogger logger, string prefix, string file, DateTime start);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix} a file of TLS has changed and cannot be used, what it held before stays in use: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string prefix, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix} the files of TLS have changed and were read again")]
        public static partial void Renewed(ILogger logger, string prefix);
    }
}
