using System.Reflection.PortableExecutable;
using Gateway.Core.Plugins;

namespace Gateway.Inspection;

/// <summary>Judges assembly files by themselves: whether they are assemblies, for which framework and processor.</summary>
internal static class AssemblyFileInspection
{
    private const long MaxBytes = 512 << 20;

    /// <summary>The entry assembly, or <see langword="null"/> with the reason reported.</summary>
    public static AssemblyImage? Entry(string folder, PluginManifest manifest, PluginFiles files, FindingList findings)
    {
        var name = manifest.Entry.Assembly;
        if (!FileInspection.Exists(name, "entry.assembly", files, findings, FindingCode.EntryMissing))
            return null;
        var path = Path.Combine(folder, name);
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new BadImageFormatException($"it has {length} bytes");
            return AssemblyImage.Open(path, name.Replace('\\', '/'));
        }
        catch (BadImageFormatException exception)
        {
            var what = NativeImage.Describe(path) is { } native ? $"it is a native library ({native})" : new FileInfo(path).Length == 0 ? "it is empty" : exception.Message;
            findings.Error(FindingCode.NotManaged, name, $"it is no .NET assembly: {what}", "\"entry.assembly\" names the assembly that the plugin's project builds");
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Error(FindingCode.NotManaged, name, $"it cannot be read: {exception.Message}", "make the file readable for the gateway's user");
            return null;
        }
    }

    /// <summary>Framework, processor, and whether there is code in it at all.</summary>
    public static void Target(AssemblyImage image, FindingList findings)
    {
        if (image.TryAttribute("System.Runtime.CompilerServices.ReferenceAssemblyAttribute", out _))
            findings.Error(FindingCode.ReferenceOnly, image.File, "it is a reference assembly: it has no code", "copy the assembly from bin/ instead of the one from ref/ or obj/");
        if (image.Image is { } file && ProcessorCheck.Foreign(file.GetEntireImage().GetContent().AsSpan()) is { } machine)
            findings.Error(FindingCode.Processor, image.File, $"it is built for {machine}, this machine is {System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}", "build it for AnyCPU, or for this processor");
        if (!image.TryAttribute("System.Runtime.Versioning.TargetFrameworkAttribute", out var target) || target is null)
            return;
        var (family, version) = Parse(target);
        if (family == ".NETCoreApp" && version is not null && version > new Version(Environment.Version.Major, Environment.Version.Minor))
            findings.Error(FindingCode.TargetNewer, image.File, $"it is built for .NET {version}, the gateway runs on .NET {Environment.Version}", $"set <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>, or update the gateway");
        else if (family == ".NETFramework")
            findings.Warning(FindingCode.TargetForeign, image.File, $"it is built for .NET Framework {version}", "use a build for .NET or .NET Standard: what the framework had on Windows alone is not there");
    }

    private static (string Family, Version? Version) Parse(string target)
    {
        var parts = target.Split(',');
        var version = parts.Skip(1).Select(static p => p.Trim()).FirstOrDefault(static p => p.StartsWith("Version=v", StringComparison.Ordinal));
        return (parts[0], Version.TryParse(version?["Version=v".Length..], out var parsed) ? parsed : null);
    }
}
