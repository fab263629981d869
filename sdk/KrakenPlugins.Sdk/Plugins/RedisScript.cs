using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>A script in Lua for Redis; make it once and keep it.</summary>
public sealed class RedisScript
{
    private readonly byte[] _text;
    private readonly byte[] _digest;

    /// <summary>A script of this text.</summary>
    public RedisScript(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        _text = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5350 // The name that Redis gives a script.
        _digest = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(_text)));
#pragma warning restore CA5350
    }

    /// <summary>Its text in UTF-8.</summary>
    public ReadOnlyMemory<byte> Text => _text;

    /// <summary>The 40 hexadecimal digits under which a server knows it.</summary>
    public ReadOnlyMemory<byte> Digest => _digest;
}
