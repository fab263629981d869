namespace Gateway.Plugins.Tests;

/// <summary>Tests that measure the process; no other test runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
