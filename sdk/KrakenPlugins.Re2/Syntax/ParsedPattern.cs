namespace KrakenPlugins.Re2.Syntax;

/// <param name="Root">The pattern's tree.</param>
/// <param name="GroupNames">One entry per capturing group, the whole match first; empty where a group has no name.</param>
internal sealed record ParsedPattern(Node Root, string[] GroupNames);
