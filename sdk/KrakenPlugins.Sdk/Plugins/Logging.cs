using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>
/// The log of a configuration. It is built before everything else of it and disposed after everything else, when what still waits is
/// written; records that come later are dropped.
/// </summary>
public interface IGatewayLog : IAsyncDisposable
{
    /// <summary>Takes the application's records. Never blocks, never throws.</summary>
    ILogger Logger { get; }

    /// <summary>Takes the access records, or <see langword="null"/> for the built-in access log.</summary>
    IAccessLog? Access { get; }
}

/// <summary>An access log. <c>disable_access_log</c> and <c>logger_skip_paths</c> are applied before it is asked (OBS-019).</summary>
public interface IAccessLog
{
    /// <summary>Writes the record of one finished request. Never blocks, never throws.</summary>
    void Write(in AccessRecord record);
}

/// <summary>
/// A queue in front of a stream of lines. That of the process's standard output is a service of every configuration
/// (<see cref="IServiceContext.Service{T}"/>).
/// </summary>
public interface ILogOutput
{
    /// <summary>Appends a whole line, its break included. Never blocks.</summary>
    void Write(ReadOnlySpan<byte> line);
}

/// <summary>One finished request, as the access log sees it. Valid during the call.</summary>
public readonly ref struct AccessRecord
{
    /// <summary>The exchange, its response complete.</summary>
    public required HttpContext Context { get; init; }

    /// <summary>Status sent to the client; 500 for a request that the client cut (OBS-017).</summary>
    public required int StatusCode { get; init; }

    /// <summary>From the first byte of the request to the end of the response.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Resolved address of the client (RTE-054).</summary>
    public required string ClientAddress { get; init; }

    /// <summary>Request target as received.</summary>
    public required string Target { get; init; }

    /// <summary>Errors of the gateway in the order in which they arose (OBS-015).</summary>
    public ReadOnlySpan<string> Errors { get; init; }
}
