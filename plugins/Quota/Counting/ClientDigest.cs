using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Quota.Counting;

/// <summary>What stands for a client whose text is not to be stored (TRF-153): the same on every gateway.</summary>
internal static class ClientDigest
{
    /// <summary>SHA-256 of the text in UTF-8, in hexadecimal digits.</summary>
    public static string Of(string client) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client)));
}
