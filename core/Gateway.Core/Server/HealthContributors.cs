using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>The components of one configuration whose state <c>/__health</c> shows. Safe for concurrent use.</summary>
/// <param name="logger">Application log.</param>
internal sealed class HealthContributors(ILogger logger)
{
    private readonly Lock _gate = new();
    private volatile HealthContribution[] _all = [];

    /// <summary>Those that there are.</summary>
    public IReadOnlyList<HealthContribution> All => _all;

    /// <summary>Adds one; the first of a namespace counts.</summary>
    public void Add(string name, IHealthContributor contributor)
    {
        lock (_gate)
        {
            if (!_all.Any(known => known.Name == name))
                _all = [.. _all, new HealthContribution(name, contributor, logger)];
        }
    }

    /// <summary>Builds those of the service. Throws <see cref="ConfigurationException"/>.</summary>
    public void Build(GenerationContext generation, ServiceContext context, ConfigDiagnostics diagnostics)
    {
        var faults = new ConfigDiagnostics();
        foreach (var component in generation.Plugins.HealthContributors)
        {
            if (ServiceComponents.Build(component, generation.Config, context, faults) is { } contributor)
                Add(component.Name, contributor);
        }
        ServiceComponents.ThrowIfFaulty(faults, diagnostics);
    }
}

/// <summary>One contributor under its namespace.</summary>
internal sealed partial class HealthContribution(string name, IHealthContributor contributor, ILogger logger)
{
    private const string Failed = "failed";

    private bool _hasFailed;

    /// <summary>The namespace.</summary>
    public string Name => name;

    /// <summary>The state, or <c>failed</c> for a contributor that throws; the first fault in a row is logged.</summary>
    public string Status
    {
        get
        {
            try
            {
                var status = contributor.Status ?? Failed;
                _hasFailed = false;
                return status;
            }
            catch (Exception exception)
            {
                if (!_hasFailed)
                    Log.StatusFailed(logger, name, exception);
                _hasFailed = true;
                return Failed;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Plugins] the state of {Component} is unknown")]
        public static partial void StatusFailed(ILogger logger, string component, Exception exception);
    }
}
