using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KrakenPlugins.Jose;

/// <summary>RSA (RFC 7518 section 6.3).</summary>
internal sealed class RsaMaterial : KeyMaterial
{
    private const int MinimumBits = 2048;
    private const int MaximumBits = 16384;

    private readonly RSAParameters _public;
    private readonly RSAParameters? _private;
    private readonly KeyPool<RSA> _verifying;

    private RsaMaterial(RSAParameters publicHalf, RSAParameters? privateHalf)
    {
        _public = publicHalf;
        _private = privateHalf;
        _verifying = new KeyPool<RSA>(() => RSA.Create(_public));
    }

    public override bool IsPrivate => _private is not null;

    public static RsaMaterial Read(JwkMembers members)
    {
        var modulus = members.Number("n");
        var exponent = members.Number("e");
        var bits = (int)new BigInteger(modulus, isUnsigned: true, isBigEndian: true).GetBitLength();
        if (bits < MinimumBits)
            throw new JwkException($"the RSA key has {bits} bits; expected at least {MinimumBits}");
        if (bits > MaximumBits)
            throw new JwkException($"the RSA key has {bits} bits; expected at most {MaximumBits}");
        if ((modulus[^1] & 1) == 0)
            throw new JwkException("\"n\" is no RSA modulus: it is even");
        if (exponent.Length > 4 || (exponent.Length == 4 && exponent[0] > 127) || (exponent[^1] & 1) == 0 || exponent is [1])
            throw new JwkException("\"e\" is no RSA exponent; expected an odd number from 3 to 2147483647, mostly AQAB");
        var publicHalf = new RSAParameters { Modulus = modulus, Exponent = exponent };
        return new RsaMaterial(publicHalf, members.Has("d") ? ReadPrivate(members, publicHalf) : null);
    }

    public override string? Misfit(JwsAlgorithm algorithm) => null;

    public override JwsVerifier CreateVerifier(JwsAlgorithm algorithm) => new RsaVerifier(algorithm, _verifying, _public.Modulus!.Length);

    public override JwsSigner CreateSigner(JwsAlgorithm algorithm)
    {
        var parameters = _private!.Value;
        return new RsaSigner(algorithm, new KeyPool<RSA>(() => RSA.Create(parameters)), _public.Modulus!.Length);
    }

    public override bool IsKeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetRSAPublicKey();
        if (key is null)
            return false;
        var parameters = key.ExportParameters(false);
        return parameters.Modulus.AsSpan().SequenceEqual(_public.Modulus) && parameters.Exponent.AsSpan().SequenceEqual(_public.Exponent);
    }

    private static RSAParameters ReadPrivate(JwkMembers members, RSAParameters publicHalf)
    {
        if (members.Has("oth"))
            throw new JwkException("the RSA key has more than two primes (\"oth\"), which is not supported");
        if (!members.Has("p") || !members.Has("q"))
            throw new JwkException("the private RSA key has no primes; expected \"p\" and \"q\" beside \"d\"");
        var d = Integer(members.Number("d"));
        var p = Integer(members.Number("p"));
        var q = Integer(members.Number("q"));
        if (p < 3 || q < 3 || p * q != Integer(publicHalf.Modulus!))
            throw new JwkException("the private RSA key does not belong to its public half: \"p\" times \"q\" is not \"n\"");
        if (!(d * Integer(publicHalf.Exponent!) % (p - 1)).IsOne || !(d * Integer(publicHalf.Exponent!) % (q - 1)).IsOne)
            throw new JwkException("the private RSA key does not belong to its public half: \"d\" is no inverse of \"e\"");

        // The three below are derived rather than read: they save time and say nothing new.
        var length = publicHalf.Modulus!.Length;
        var half = (length + 1) / 2;
        return new RSAParameters
        {
            Modulus = publicHalf.Modulus,
            Exponent = publicHalf.Exponent,
            D = Bytes(d % ((p - 1) * (q - 1)), length),
            P = Bytes(p, half),
            Q = Bytes(q, half),
            DP = Bytes(d % (p - 1), half),
            DQ = Bytes(d % (q - 1), half),
            InverseQ = Bytes(BigInteger.ModPow(q, p - 2, p), half),
        };
    }

    private static BigInteger Integer(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger value, int length)
    {
        var bytes = new byte[length];
        var size = value.GetByteCount(isUnsigned: true);
        if (size > length || !value.TryWriteBytes(bytes.AsSpan(length - size), out _, isUnsigned: true, isBigEndian: true))
            throw new JwkException("the primes of the private RSA key differ too much in length");
        return bytes;
    }
}
