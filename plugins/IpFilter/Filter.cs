using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.IpFilter;

/// <summary>Who is let in (TRF-138, TRF-139). Immutable.</summary>
internal sealed partial class Filter
{
    private readonly AddressSet _blocks;
    private readonly ClientSource _source;
    private readonly bool _allows;
    private readonly ILogger _logger;

    private Filter(AddressSet blocks, ClientSource source, bool allows, ILogger logger)
    {
        _blocks = blocks;
        _source = source;
        _allows = allows;
        _logger = logger;
    }

    /// <summary>Whether whoever sends a request chooses the address.</summary>
    public bool IsSpoofable => _source.IsSpoofable;

    /// <summary>Compiles the settings in a namespace; <see langword="null"/> after errors were reported.</summary>
    public static Filter? Compile(ConfigNode config, string @namespace, ILogger logger, ConfigDiagnostics diagnostics)
    {
        if (IpFilterSettings.Read(config, @namespace, diagnostics) is not { } settings)
            return null;
        var blocks = AddressSet.Compile(settings.Source!, "CIDR", settings.Cidr, diagnostics);
        var source = ClientSource.Compile(settings, diagnostics);
        return blocks is null || source is null ? null : new Filter(blocks, source, settings.Allow, logger);
    }

    /// <summary>Whether a request may pass; one that may not is logged.</summary>
    /// <typeparam name="THeaders">What headers are read from.</typeparam>
    /// <param name="headers">Headers of the request.</param>
    /// <param name="peer">The other end of the connection.</param>
    /// <param name="path">Path that was asked for.</param>
    public bool Admits<THeaders>(THeaders headers, Address? peer, string path) where THeaders : struct, IHeaderSource
    {
        var address = _source.Find(headers, peer);
        if ((address is { } known && _blocks.Contains(known)) == _allows)
            return true;
        if (_logger.IsEnabled(LogLevel.Information))
            Log.Blocking(_logger, ConfigText.Inline(path), address?.ToString() ?? "");
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, SkipEnabledCheck = true, Message = "[PLUGIN: ip-filter] blocking access to endpoint {Path} from IP {Address}")]
        public static partial void Blocking(ILogger logger, string path, string address);
    }
}
