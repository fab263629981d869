using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>The components whose state <c>/__health</c> shows.</summary>
internal static class HealthContributors
{
    /// <summary>Builds them. Throws <see cref="ConfigurationException"/>.</summary>
    public static IReadOnlyList<HealthContribution> Build(GenerationContext generation, ServiceContext context, ConfigDiagnostics diagnostics)
    {
        var faults = new ConfigDiagnostics();
        var contributions = new List<HealthContribution>();
        foreach (var component in generation.Plugins.HealthContributors)
        {
            if (ServiceComponents.Build(component, generation.Config, context, faults) is { } contributor)
                contributions.Add(new HealthContribution(component.Name, contributor, generation.Logger));
        }
        ServiceComponents.ThrowIfFaulty(faults, diagnostics);
        return contributions;
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
