namespace KrakenPlugins.JwtValidator.Tokens;

/// <summary>A token as the client sent it, within the header or cookie that it came in.</summary>
/// <param name="Source">What it is part of.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">Its length; 0 when the client sent none.</param>
internal readonly record struct TokenText(string Source, int Start, int Length)
{
    /// <summary>No token.</summary>
    public static TokenText None => new("", 0, 0);

    /// <summary>Whether there is none.</summary>
    public bool IsNone => Length == 0;

    /// <summary>Its characters.</summary>
    public ReadOnlySpan<char> Span => Source.AsSpan(Start, Length);

    /// <summary>Never the token: it is a secret.</summary>
    public override string ToString() => IsNone ? "no token" : "a token";
}
