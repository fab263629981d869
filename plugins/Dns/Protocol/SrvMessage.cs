using System.Buffers.Binary;

namespace KrakenPlugins.Dns.Protocol;

/// <summary>What became of a question.</summary>
internal enum SrvOutcome
{
    /// <summary>The message is no answer to the question, or broken.</summary>
    Foreign,
    /// <summary>Records, or the statement that there are none.</summary>
    Answered,
    /// <summary>The name does not exist.</summary>
    NoSuchName,
    /// <summary>The answer did not fit; it is to be asked for over TCP.</summary>
    Truncated,
    /// <summary>The server does not know the extension of the question (RFC 6891).</summary>
    NoExtension,
    /// <summary>The server cannot or will not answer.</summary>
    Refused,
}

/// <summary>Questions for SRV records and their answers (RFC 1035, section 4.1; RFC 2782).</summary>
internal static class SrvMessage
{
    /// <summary>Bytes of the largest question.</summary>
    public const int MaxQuestion = 12 + DnsName.MaxLength + 4 + 11;

    /// <summary>Bytes of an answer over UDP that is asked for (RFC 9715).</summary>
    public const int MaxDatagram = 1232;

    private const int Header = 12;
    private const int Srv = 33;
    private const int Cname = 5;
    private const int Internet = 1;
    private const int MaxAliases = 8;

    /// <summary>Writes a question and returns its length.</summary>
    public static int WriteQuestion(ushort id, string name, bool hasExtension, Span<byte> destination)
    {
        destination[..Header].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination, id);
        // Recursion is desired.
        destination[2] = 1;
        destination[5] = 1;
        var at = Header + DnsName.Write(name, destination[Header..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[at..], Srv);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(at + 2)..], Internet);
        at += 4;
        if (!hasExtension)
            return at;
        destination[11] = 1;
        // The OPT record: root name, type 41, and the size of a datagram where a class stands.
        ReadOnlySpan<byte> option = [0, 0, 41, MaxDatagram >> 8, MaxDatagram & 0xff, 0, 0, 0, 0, 0, 0];
        option.CopyTo(destination[at..]);
        return at + option.Length;
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="message">What arrived.</param>
    /// <param name="id">Number of the question.</param>
    /// <param name="name">Name that was asked for, in lower case.</param>
    /// <param name="records">The records, empty unless there are some.</param>
    public static SrvOutcome Read(ReadOnlySpan<byte> message, ushort id, string name, out List<SrvRecord> records)
    {
        records = [];
        if (message.Length < Header || BinaryPrimitives.ReadUInt16BigEndian(message) != id || (message[2] & 0xf8) != 0x80)
            return SrvOutcome.Foreign;
        var at = Header;
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1 || !DnsName.TryRead(message, ref at, out var asked) || asked != name
            || message.Length < at + 4 || BinaryPrimitives.ReadUInt16BigEndian(message[at..]) != Srv || BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) != Internet)
            return SrvOutcome.Foreign;
        if ((message[2] & 2) != 0)
            return SrvOutcome.Truncated;
        return (message[3] & 0xf) switch
        {
            0 => ReadRecords(message, at + 4, name, records) ? SrvOutcome.Answered : SrvOutcome.Foreign,
            1 => SrvOutcome.NoExtension,
            3 => SrvOutcome.NoSuchName,
            _ => SrvOutcome.Refused,
        };
    }

    /// <summary>Takes the records of the name, or of what it is an alias of.</summary>
    private static bool ReadRecords(ReadOnlySpan<byte> message, int at, string name, List<SrvRecord> records)
    {
        var found = new List<KeyValuePair<string, SrvRecord>>();
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(message[6..]); left > 0; left--)
        {
            if (!DnsName.TryRead(message, ref at, out var owner) || message.Length < at + 10)
                return false;
            var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            var isInternet = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) == Internet;
            var content = at + 10;
            var end = content + BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            if (end > message.Length)
                return false;
            at = end;
            if (!isInternet)
                continue;
            if (type == Srv)
            {
                if (ReadSrv(message[..end], content) is not { } record)
                    return false;
                found.Add(new(owner, record));
            }
            else if (type == Cname)
            {
                if (!DnsName.TryRead(message[..end], ref content, out var target))
                    return false;
                aliases[owner] = target;
            }
        }
        for (var i = 0; i < MaxAliases && aliases.TryGetValue(name, out var target); i++)
            name = target;
        foreach (var (owner, record) in found)
        {
            if (owner == name)
                records.Add(record);
        }
        return true;
    }

    private static SrvRecord? ReadSrv(ReadOnlySpan<byte> message, int at)
    {
        if (message.Length < at + 7)
            return null;
        var priority = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        var weight = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        var port = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 4)..]);
        at += 6;
        return DnsName.TryRead(message, ref at, out var target) ? new(priority, weight, port, target) : null;
    }
}
