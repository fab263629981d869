namespace KrakenPlugins.JsonSchema;

/// <summary>Characters that an instance may write into when its tree holds no UTF-16 text; one user at a time.</summary>
public sealed class JsonTextBuffer
{
    private const int Retained = 64 * 1024;
    private char[] _chars = new char[256];

    /// <summary>At least <paramref name="length"/> characters, with whatever was written there before.</summary>
    /// <param name="length">Characters needed.</param>
    public Span<char> Rent(int length)
    {
        if (_chars.Length < length)
            _chars = new char[Math.Max(length, (int)Math.Min(Array.MaxLength, _chars.Length * 2L))];
        return _chars;
    }

    internal void Trim()
    {
        if (_chars.Length > Retained)
            _chars = new char[256];
    }
}
