namespace Gateway.Sidecars.Components;

/// <summary>What a plugin sent cannot be done: its call is lost. Never leaves the components.</summary>
/// <param name="message">What is wrong, for the log.</param>
internal sealed class ViolationException(string message) : Exception(message);
