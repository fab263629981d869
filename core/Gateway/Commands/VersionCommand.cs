using System.Runtime.InteropServices;
using Gateway.CommandLine;
using Gateway.Core;
using Gateway.Core.Plugins;

namespace Gateway.Commands;

/// <summary><c>version</c>: product, runtime and C library (CFG-249).</summary>
internal static partial class VersionCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "version",
        Purpose = "Shows the version",
        Description = "Shows the versions of the product, of its runtime and of the C library.",
        Usage = "version [flags]",
        Example = "version",
        Flags = [CommonFlags.License],
        Run = Run,
    };

    private static Task<int> Run(Arguments arguments, Terminal terminal)
    {
        terminal.Out($"Gateway Version: {Product.Version}\n.NET Version: {Environment.Version}\nC Library Version: {CLibrary()}\nPlugin SDK Version: {SharedAssemblies.SdkVersion}\n");
        return Task.FromResult(ExitStatus.Success);
    }

    /// <summary>Family and version of the C library: <c>GLIBC-2.36</c>, <c>MUSL</c>.</summary>
    internal static string CLibrary()
    {
        if (RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
            return "MUSL";
        if (!OperatingSystem.IsLinux())
            return RuntimeInformation.OSDescription;
        try
        {
            return $"GLIBC-{Marshal.PtrToStringUTF8(GetGlibcVersion())}";
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return "unknown";
        }
    }

    [LibraryImport("libc", EntryPoint = "gnu_get_libc_version")]
    private static partial nint GetGlibcVersion();
}
