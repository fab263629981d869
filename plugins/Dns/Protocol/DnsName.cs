using System.Text;

namespace KrakenPlugins.Dns.Protocol;

/// <summary>Names on the wire (RFC 1035, sections 3.1 and 4.1.4). As texts they are in lower case and without a dot at the end.</summary>
internal static class DnsName
{
    /// <summary>Bytes that a name takes at most.</summary>
    public const int MaxLength = 255;

    private const int MaxLabel = 63;

    /// <summary>Whether a name can be asked for: labels of 1 to 63 visible ASCII characters, together at most 253.</summary>
    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > MaxLength - 2)
            return false;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > MaxLabel || label.AsSpan().ContainsAnyExceptInRange('!', '~'))
                return false;
        }
        return true;
    }

    /// <summary>Writes a valid name and returns how many bytes it took.</summary>
    public static int Write(string name, Span<byte> destination)
    {
        var at = 0;
        foreach (var label in name.Split('.'))
        {
            destination[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, destination[at..]);
        }
        destination[at++] = 0;
        return at;
    }

    /// <summary>
    /// Reads a name, compressed or not; <see langword="false"/> when it is broken. A pointer must lead backwards, so that no loop can be.
    /// </summary>
    /// <param name="message">The whole message.</param>
    /// <param name="at">Where the name begins; afterwards where what follows it begins.</param>
    /// <param name="name">The name; empty for the root.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        name = "";
        var text = new StringBuilder();
        var position = at;
        var bound = at;
        var hasJumped = false;
        while (position < message.Length)
        {
            int length = message[position++];
            if (length == 0)
            {
                if (!hasJumped)
                    at = position;
                name = text.ToString();
                return true;
            }
            if (length >= 0xc0)
            {
                if (position >= message.Length)
                    return false;
                var target = ((length & 0x3f) << 8) | message[position++];
                if (!hasJumped)
                    at = position;
                hasJumped = true;
                if (target >= bound)
                    return false;
                position = bound = target;
                continue;
            }
            if (length > MaxLabel || position + length > message.Length || text.Length + length + 1 > MaxLength)
                return false;
            if (text.Length > 0)
                text.Append('.');
            foreach (var value in message.Slice(position, length))
                text.Append(char.ToLowerInvariant((char)value));
            position += length;
        }
        return false;
    }
}
