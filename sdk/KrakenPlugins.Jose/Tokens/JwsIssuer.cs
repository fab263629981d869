using System.Buffers;
using System.Buffers.Text;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Jose;

/// <summary>Makes tokens with one key and one header (RFC 7515 section 7). Safe for concurrent use.</summary>
public sealed class JwsIssuer
{
    private readonly JwsSigner _signer;
    private readonly byte[] _header;

    /// <summary>An issuer whose header has <c>alg</c>, <c>kid</c> and <c>typ</c>, in this order.</summary>
    /// <param name="signer">Signs.</param>
    /// <param name="keyId">Value of <c>kid</c>.</param>
    /// <param name="type">Value of <c>typ</c>.</param>
    public JwsIssuer(JwsSigner signer, string keyId, string type)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(keyId);
        ArgumentNullException.ThrowIfNull(type);
        _signer = signer;
        var header = new DataObject
        {
            ["alg"] = new DataString(JwsAlgorithms.NameOf(signer.Algorithm)),
            ["kid"] = new DataString(keyId),
            ["typ"] = new DataString(type),
        };
        _header = Base64Url.EncodeToUtf8(DataJson.ToUtf8(header));
    }

    /// <summary>The token in compact form.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The platform cannot sign with the key.</exception>
    public string Compact(ReadOnlySpan<byte> payload) => Write(payload, static (text, header, input) => Encoding.ASCII.GetString(text));

    /// <summary>The token in flattened JSON form: <c>payload</c>, <c>protected</c> and <c>signature</c>.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The platform cannot sign with the key.</exception>
    public string Flattened(ReadOnlySpan<byte> payload) => Write(payload, static (text, header, input) => string.Concat(
        $"{{\"payload\":\"{Encoding.ASCII.GetString(text[(header + 1)..input])}\"",
        $",\"protected\":\"{Encoding.ASCII.GetString(text[..header])}\"",
        $",\"signature\":\"{Encoding.ASCII.GetString(text[(input + 1)..])}\"}}"));

    /// <param name="payload">What is signed.</param>
    /// <param name="form">Gets the compact form, where the header ends in it and where the signed part ends.</param>
    private string Write(ReadOnlySpan<byte> payload, Form form)
    {
        var input = _header.Length + 1 + Base64Url.GetEncodedLength(payload.Length);
        var total = input + 1 + Base64Url.GetEncodedLength(_signer.SignatureLength);
        var buffer = ArrayPool<byte>.Shared.Rent(total + _signer.SignatureLength);
        _header.CopyTo(buffer, 0);
        buffer[_header.Length] = (byte)'.';
        Base64Url.EncodeToUtf8(payload, buffer.AsSpan(_header.Length + 1));
        var signature = buffer.AsSpan(total, _signer.SignatureLength);
        _signer.Sign(buffer.AsSpan(0, input), signature);
        buffer[input] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, buffer.AsSpan(input + 1, total - input - 1));
        var text = form(buffer.AsSpan(0, total), _header.Length, input);
        ArrayPool<byte>.Shared.Return(buffer);
        return text;
    }

    private delegate string Form(ReadOnlySpan<byte> text, int header, int input);
}
