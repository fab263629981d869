using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gateway.Fips;

/// <summary>
/// Whether the platform's cryptography runs in a validated module. On Linux .NET computes with OpenSSL: its FIPS provider must be loaded, and
/// algorithms that are not approved must fail, which says that the provider is not only there but used. Both are asked, so that neither a
/// module that nobody uses nor a library built without MD5 passes for one.
/// </summary>
internal static partial class FipsModule
{
    private const string Library = "libcrypto.so.3";

    /// <summary>Whether it is so now.</summary>
    public static bool IsActive => OperatingSystem.IsLinux() && HasProvider() && !ComputesMd5() && ComputesSha256();

    private static bool HasProvider()
    {
        try
        {
            // The instance that the platform has loaded; the default library context.
            return IsProviderAvailable(0, "fips") == 1;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // OpenSSL before 3.0 has no providers.
            return false;
        }
    }

    private static bool ComputesMd5()
    {
        try
        {
            return MD5.HashData([]).Length > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static bool ComputesSha256()
    {
        try
        {
            return SHA256.HashData([]).Length > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport(Library, EntryPoint = "OSSL_PROVIDER_available", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int IsProviderAvailable(nint context, string name);
}
