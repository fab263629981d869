using Gateway.Commands.Audit.Rules;
using Gateway.Core.Configuration;

namespace Gateway.Commands.Audit;

/// <summary>Applies rules to a configuration. What it says names places and never a value (CFG-247).</summary>
internal static class Auditor
{
    private const int MostPlaces = 3;

    /// <summary>The gateway's own rules, in the order of their codes.</summary>
    public static IReadOnlyList<AuditRule> Rules { get; } =
    [
        .. AccessRules.All, .. ExposureRules.All, .. TrafficRules.All, .. TelemetryRules.All, .. EndpointRules.All, .. DeprecationRules.All,
        .. TokenRules.All, .. DisclosureRules.All, .. TransportRules.All, .. SecretRules.All, .. DebugRules.All,
    ];

    /// <summary>One finding per rule that fires, in the order of the rules.</summary>
    /// <param name="config">What is judged.</param>
    /// <param name="rules">By what.</param>
    public static IReadOnlyList<AuditFinding> Audit(ServiceConfig config, IEnumerable<AuditRule> rules)
    {
        var service = new AuditedService(config);
        var findings = new List<AuditFinding>();
        foreach (var rule in rules)
        {
            var places = rule.Find(service).Distinct().ToArray();
            if (places.Length > 0)
                findings.Add(new(rule.Code, rule.Severity, rule.Message + Where(places)));
        }
        return findings;
    }

    private static string Where(AuditPlace[] places)
    {
        if (places[0].Path.Length == 0)
            return "";
        var shown = string.Join(", ", places.Take(MostPlaces));
        return places.Length <= MostPlaces ? $" ({shown})" : $" ({shown} and {places.Length - MostPlaces} more)";
    }
}
