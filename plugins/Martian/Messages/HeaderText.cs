using System.Buffers;

namespace KrakenPlugins.Martian.Messages;

/// <summary>What may stand in a header, so that no value ends its line (RFC 9110, section 5.5).</summary>
internal static class HeaderText
{
    private static readonly SearchValues<char> AuthorityCharacters =
        SearchValues.Create("-.:[]_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether a text has no control character but the tab.</summary>
    public static bool IsValue(string text)
    {
        foreach (var c in text)
        {
            if ((c < ' ' && c != '\t') || c == '\u007f')
                return false;
        }
        return true;
    }

    /// <summary>Whether a text can be the value of <c>Host</c>, or is empty.</summary>
    public static bool IsAuthority(string text) => !text.AsSpan().ContainsAnyExcept(AuthorityCharacters);
}
