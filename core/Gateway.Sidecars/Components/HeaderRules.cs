using System.Buffers;
using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>What headers of a plugin must be (RFC 9110, 5.1 and 5.5), and which are none of its business.</summary>
internal static class HeaderRules
{
    /// <summary>Entries of one head.</summary>
    public const int MaxEntries = 1_000;

    /// <summary>Characters of the names and values of one head.</summary>
    public const int MaxLength = 256 << 10;

    private static readonly SearchValues<char> s_token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> s_control = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017"
        + "\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f");

    /// <summary>Whether a header belongs to one connection (RFC 9110, 7.6.1), or tells whom it is made to: neither sent nor taken.</summary>
    public static bool IsOfConnection(string name) => name.Length switch
    {
        2 => Is(name, "TE"),
        4 => Is(name, "Host"),
        7 => Is(name, "Upgrade") || Is(name, "Trailer"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        14 => Is(name, "HTTP2-Settings"),
        16 => Is(name, "Proxy-Connection"),
        17 => Is(name, "Transfer-Encoding"),
        _ => false,
    } || name.StartsWith(':');

    /// <summary>Whether a header of a plugin is dropped: of the connection, of the body, or the gateway's own.</summary>
    public static bool IsDropped(string name) =>
        IsOfConnection(name) || Is(name, "Content-Length") || Is(name, "X-Krakend") || Is(name, "X-Krakend-Completed");

    /// <summary>Checks changes. Throws <see cref="ViolationException"/>.</summary>
    public static void Check(RepeatedField<HeaderChange> changes)
    {
        var length = 0;
        CheckCount(changes.Count, "header changes");
        foreach (var change in changes)
        {
            CheckName(change.Name);
            CheckValue(change.Name, change.Value);
            length += change.Name.Length + change.Value.Length;
        }
        CheckLength(length);
    }

    /// <summary>Checks a head and makes it a list, without what is dropped. Throws <see cref="ViolationException"/>.</summary>
    public static NameValueList Read(RepeatedField<Header> headers)
    {
        var length = 0;
        CheckCount(headers.Count, "headers");
        var list = new NameValueList(ignoreCase: true);
        foreach (var header in headers)
        {
            CheckName(header.Name);
            CheckValue(header.Name, header.Value);
            length += header.Name.Length + header.Value.Length;
            if (!IsDropped(header.Name))
                list.Add(HeaderName.Canonicalize(header.Name), header.Value);
        }
        CheckLength(length);
        return list;
    }

    /// <summary>Makes changes that were checked.</summary>
    public static void Apply(RepeatedField<HeaderChange> changes, NameValueList headers)
    {
        foreach (var change in changes)
        {
            if (IsDropped(change.Name))
                continue;
            switch (change.Operation)
            {
                case HeaderOperation.Set:
                    headers.Set(HeaderName.Canonicalize(change.Name), change.Value);
                    break;
                case HeaderOperation.Add:
                    headers.Add(HeaderName.Canonicalize(change.Name), change.Value);
                    break;
                case HeaderOperation.Remove:
                    headers.Remove(change.Name);
                    break;
            }
        }
    }

    /// <summary>Whether changes say anything of a header.</summary>
    public static bool Names(RepeatedField<HeaderChange> changes, string name)
    {
        foreach (var change in changes)
        {
            if (Is(change.Name, name) && change.Operation != HeaderOperation.Unspecified)
                return true;
        }
        return false;
    }

    /// <summary>Checks a text that is to be a value. Throws <see cref="ViolationException"/>.</summary>
    public static void CheckValue(string name, string value)
    {
        if (value.AsSpan().ContainsAny(s_control))
            throw new ViolationException($"the value of {ConfigText.Quote(name)} has a control character");
    }

    /// <summary>Whether a text is a token.</summary>
    public static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(s_token);

    /// <summary>Checks the number of entries. Throws <see cref="ViolationException"/>.</summary>
    public static void CheckCount(int count, string of)
    {
        if (count > MaxEntries)
            throw new ViolationException($"{count} {of}; the limit is {MaxEntries}");
    }

    /// <summary>Checks the length of a head. Throws <see cref="ViolationException"/>.</summary>
    public static void CheckLength(int length)
    {
        if (length > MaxLength)
            throw new ViolationException($"a head of {length} characters; the limit is {MaxLength}");
    }

    private static void CheckName(string name)
    {
        if (!IsToken(name))
            throw new ViolationException($"{ConfigText.Quote(name)} is no name of a header");
    }

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);
}
