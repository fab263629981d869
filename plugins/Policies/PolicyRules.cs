namespace KrakenPlugins.Policies;

/// <summary>The policies of one place.</summary>
/// <param name="Jwt">Over claims, or <see langword="null"/>.</param>
/// <param name="Request">Over the request, or <see langword="null"/>.</param>
/// <param name="Response">Over the answer, or <see langword="null"/>.</param>
/// <param name="IsDebug">Whether every evaluation is logged.</param>
internal sealed record PolicyRules(PolicyGroup? Jwt, PolicyGroup? Request, PolicyGroup? Response, bool IsDebug);
