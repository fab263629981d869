using KrakenPlugins.Revoker.Filters;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Revoker.State;

/// <summary>The filters of the configurations that serve, over reloads: tells when one begins without what the one before held (AUT-263).</summary>
/// <param name="service">Name in the log.</param>
internal sealed partial class ServedFilters(string service)
{
    private readonly Attachments<RotatingFilter> _serving = new();

    /// <summary>A configuration begins to serve.</summary>
    public void Enter(RotatingFilter filter, ILogger logger)
    {
        if (_serving.TryGet(out var before) && before.Settings != filter.Settings)
            Log.Forgotten(logger, service, before.Settings, filter.Settings);
        _serving.Add(filter);
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    public void Leave(RotatingFilter filter) => _serving.Remove(filter);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: {Service}] The filter begins without revocations, and revoked tokens are let in until they are pushed again: it held {Before}, and now {After}")]
        public static partial void Forgotten(ILogger logger, string service, FilterSettings before, FilterSettings after);
    }
}
