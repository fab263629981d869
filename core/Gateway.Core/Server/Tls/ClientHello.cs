using System.Buffers;
using System.Buffers.Binary;
using System.Security.Authentication;
using System.Text;
using Gateway.Core.Tls;

namespace Gateway.Core.Server.Tls;

/// <summary>What the first bytes of a connection are.</summary>
internal enum HelloState
{
    /// <summary>The beginning of a client hello.</summary>
    Partial,
    /// <summary>A client hello.</summary>
    Complete,
    /// <summary>TLS of a form that the parser leaves to the platform.</summary>
    Unknown,
    /// <summary>A request in clear text.</summary>
    Http,
    /// <summary>No TLS.</summary>
    Foreign,
}

/// <summary>
/// What a client says in its first message: the host that it wants and what it can do (RFC 8446, section 4.1.2; RFC 5246, section
/// 7.4.1.2). Only read here, to choose a certificate and to say why a handshake failed; the platform reads the same bytes again.
/// </summary>
internal sealed class ClientHello
{
    private const int RecordHeader = 5;
    private const int MaxRecord = 16 << 10;
    private const int MaxLength = 64 << 10;
    private const ushort Tls13Version = 0x0304;

    private bool _hasSchemes;
    private int _schemes;
    private bool _hasRsaSuite;
    private bool _hasEcdsaSuite;
    private bool _offers12;

    private ClientHello() { }

    /// <summary>The host of SNI in lower case and without a dot at its end, or <see langword="null"/>.</summary>
    public string? ServerName { get; private set; }

    /// <summary>The newest version that the client offers, as on the wire.</summary>
    public ushort Newest { get; private set; }

    /// <summary>Whether the client offers one of these versions.</summary>
    public bool Offers(SslProtocols versions) =>
        (versions.HasFlag(SslProtocols.Tls13) && Newest >= Tls13Version) || (versions.HasFlag(SslProtocols.Tls12) && _offers12);

    /// <summary>Whether the client can use a certificate with such a key.</summary>
    /// <param name="kind">The key.</param>
    /// <param name="versions">What the listener speaks.</param>
    public bool CanUse(KeyKind kind, SslProtocols versions)
    {
        var isRsa = kind == KeyKind.Rsa;
        if (Newest >= Tls13Version && versions.HasFlag(SslProtocols.Tls13))
            return !_hasSchemes || (_schemes & 1 << (int)kind) != 0;
        // Before 1.3 a scheme of ECDSA names a hash and no curve.
        var schemes = isRsa ? 1 << (int)KeyKind.Rsa : ~(1 << (int)KeyKind.Rsa);
        return (isRsa ? _hasRsaSuite : _hasEcdsaSuite) && (!_hasSchemes || (_schemes & schemes) != 0);
    }

    /// <summary>Looks at the first bytes of a connection.</summary>
    public static HelloState TryRead(in ReadOnlySequence<byte> buffer, out ClientHello? hello)
    {
        hello = null;
        if (buffer.IsEmpty)
            return HelloState.Partial;
        if (buffer.IsSingleSegment)
            return TryRead(buffer.FirstSpan, out hello);
        var length = (int)Math.Min(buffer.Length, MaxLength + (MaxLength / 16));
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            buffer.Slice(0, length).CopyTo(bytes);
            return TryRead(bytes.AsSpan(0, length), out hello);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static HelloState TryRead(ReadOnlySpan<byte> bytes, out ClientHello? hello)
    {
        hello = null;
        if (bytes[0] != 22)
            return char.IsAsciiLetterUpper((char)bytes[0]) ? HelloState.Http : HelloState.Foreign;
        if (bytes.Length < RecordHeader)
            return HelloState.Partial;
        if (bytes[1] != 3)
            return HelloState.Foreign;
        // The usual hello lies in one record; one that is cut into several is put together first.
        var first = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        if (first > MaxRecord)
            return HelloState.Unknown;
        if (bytes.Length < RecordHeader + first)
            return HelloState.Partial;
        if (first >= 4 && MessageLength(bytes[RecordHeader..]) is var message && message <= first)
            return Parse(bytes.Slice(RecordHeader, message), out hello);
        return TryJoin(bytes, out hello);
    }

    private static HelloState TryJoin(ReadOnlySpan<byte> bytes, out ClientHello? hello)
    {
        hello = null;
        var joined = ArrayPool<byte>.Shared.Rent(MaxLength);
        try
        {
            var length = 0;
            while (true)
            {
                if (length >= 4 && MessageLength(joined) is var message && length >= message)
                    return Parse(joined.AsSpan(0, message), out hello);
                if (bytes.Length < RecordHeader)
                    return HelloState.Partial;
                var record = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
                if (bytes[0] != 22 || record is 0 or > MaxRecord || length + record > joined.Length)
                    return HelloState.Unknown;
                if (bytes.Length < RecordHeader + record)
                    return HelloState.Partial;
                bytes.Slice(RecordHeader, record).CopyTo(joined.AsSpan(length));
                length += record;
                bytes = bytes[(RecordHeader + record)..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static int MessageLength(ReadOnlySpan<byte> message) => 4 + (message[1] << 16 | message[2] << 8 | message[3]);

    private static HelloState Parse(ReadOnlySpan<byte> message, out ClientHello? hello)
    {
        hello = null;
        var read = new ClientHello();
        var reader = new TlsReader(message);
        if (reader.Byte() != 1)
            return HelloState.Foreign;
        reader.Skip(3);
        var legacy = reader.Number();
        reader.Skip(32);
        reader.ShortVector();
        read.ReadSuites(reader.Vector());
        reader.ShortVector();
        read.Newest = legacy;
        read._offers12 = legacy >= 0x0303;
        var extensions = new TlsReader(reader.IsAtEnd ? [] : reader.Vector());
        while (!extensions.IsAtEnd && !extensions.IsBroken)
            read.ReadExtension(extensions.Number(), extensions.Vector());
        // What is broken here is refused by the platform in its own words.
        if (reader.IsBroken || extensions.IsBroken)
            return HelloState.Unknown;
        hello = read;
        return HelloState.Complete;
    }

    private void ReadExtension(ushort type, ReadOnlySpan<byte> content)
    {
        var reader = new TlsReader(content);
        switch (type)
        {
            case 0:
                ReadServerName(new TlsReader(reader.Vector()));
                break;
            case 13:
                ReadSchemes(new TlsReader(reader.Vector()));
                break;
            case 43:
                ReadVersions(new TlsReader(reader.ShortVector()));
                break;
        }
    }

    private void ReadServerName(TlsReader list)
    {
        var type = list.Byte();
        var name = list.Vector();
        if (!list.IsBroken && type == 0 && !name.IsEmpty && !name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
            ServerName = Encoding.ASCII.GetString(name).TrimEnd('.').ToLowerInvariant();
    }

    private void ReadVersions(TlsReader list)
    {
        Newest = 0;
        _offers12 = false;
        while (!list.IsAtEnd && !list.IsBroken)
        {
            var version = list.Number();
            // Others are drafts and the values of RFC 8701, which stand for none.
            if (version is < 0x0300 or > Tls13Version)
                continue;
            Newest = Math.Max(Newest, version);
            _offers12 |= version == 0x0303;
        }
    }

    private void ReadSchemes(TlsReader list)
    {
        _hasSchemes = true;
        while (!list.IsAtEnd && !list.IsBroken)
        {
            _schemes |= list.Number() switch
            {
                0x0401 or 0x0501 or 0x0601 or 0x0804 or 0x0805 or 0x0806 => 1 << (int)KeyKind.Rsa,
                0x0403 => 1 << (int)KeyKind.P256,
                0x0503 => 1 << (int)KeyKind.P384,
                0x0603 => 1 << (int)KeyKind.P521,
                _ => 0,
            };
        }
    }

    private void ReadSuites(ReadOnlySpan<byte> suites)
    {
        for (; suites.Length >= 2; suites = suites[2..])
        {
            switch (BinaryPrimitives.ReadUInt16BigEndian(suites))
            {
                case 49195 or 49196 or 52393 or 49161 or 49162 or 49187:
                    _hasEcdsaSuite = true;
                    break;
                case 49199 or 49200 or 52392 or 49171 or 49172 or 49191 or 47 or 53 or 60 or 156 or 157:
                    _hasRsaSuite = true;
                    break;
            }
        }
    }
}
