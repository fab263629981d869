namespace KrakenPlugins.Jose;

internal static class JwsReader
{
    public static JwsFault Read(ReadOnlySpan<char> compact, Span<byte> buffer, out JwsToken token) => throw new NotSupportedException();
}
