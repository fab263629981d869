using System.Reflection;
using System.Reflection.Metadata;

namespace Gateway.Inspection;

/// <summary>Looks for the native libraries that a plugin's assemblies call.</summary>
internal sealed class NativeInspection(AssemblyImage entry, PluginFiles files, AssemblyUniverse universe, FindingList findings)
{
    /// <summary>Libraries that belong to an operating system or to the runtime, by the beginning of their names.</summary>
    private static readonly string[] s_system =
    [
        "libc", "libm", "libdl", "libpthread", "librt", "libSystem", "libobjc", "libssl", "libcrypto", "kernel32", "user32", "advapi32", "ntdll", "ole32", "oleaut32", "shell32", "ws2_32",
        "bcrypt", "crypt32", "iphlpapi", "secur32", "psapi", "msvcrt", "ucrtbase", "version", "winhttp", "dbghelp", "userenv", "netapi32", "/System/", "/usr/lib/", "QCall",
    ];

    /// <summary>Judges the imports of every assembly of the plugin.</summary>
    public void Inspect()
    {
        foreach (var image in universe.Private.ToArray())
        {
            var libraries = ImportsOf(image.Reader);
            foreach (var library in libraries)
                Judge(image, library, isEntry: ReferenceEquals(image, entry));
            if (libraries.Count > 0)
                findings.Note(FindingCode.NativeCalls, image.File, $"it calls native code ({string.Join(", ", libraries)})", "a fault in native code ends the whole gateway; nothing can contain it");
        }
    }

    private void Judge(AssemblyImage image, string library, bool isEntry)
    {
        if (universe.FindNative(library) is { } path)
        {
            if (NativeImage.IsForeign(path))
                Foreign(image, library, Path.GetRelativePath(files.Folder, path).Replace('\\', '/'));
            return;
        }
        if (s_system.Any(s => library.StartsWith(s, StringComparison.OrdinalIgnoreCase)))
            return;
        // Beside the others of its name: what was built for other systems.
        if (files.All.FirstOrDefault(f => IsNamed(f, library)) is { } other && NativeImage.Describe(files.PathOf(other)) is not null)
            Foreign(image, library, other);
        else
            findings.Add(FindingCode.NativeMissing, IsOfWindows(library) && !isEntry ? FindingSeverity.Info : FindingSeverity.Warning, image.File, $"the native library {library}, which it calls, is not in the plugin's folder", "ship it in runtimes/<rid>/native of the package, or say in the documentation that it has to be installed");
    }

    // A library that runs everywhere has calls of Windows in it that it never makes elsewhere.
    private static bool IsOfWindows(string library) => !OperatingSystem.IsWindows() && library.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    private void Foreign(AssemblyImage image, string library, string path)
    {
        if (NativeImage.IsForeign(files.PathOf(path)))
            findings.Error(FindingCode.NativeForeign, path, $"{image.File} calls {library}, which is there for {NativeImage.Describe(files.PathOf(path))} only", $"ship it for {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier} too");
        else
            findings.Error(FindingCode.NativeMissing, path, $"{image.File} calls {library}, which is there, but the .deps.json beside the entry assembly does not list it", "build the plugin with the package that carries the library, or delete the .deps.json");
    }

    private static bool IsNamed(string path, string library)
    {
        var name = Path.GetFileName(path);
        var stem = name.IndexOf('.', StringComparison.Ordinal) is var dot && dot > 0 ? name[..dot] : name;
        var wanted = Path.GetFileNameWithoutExtension(library);
        return name == library || stem == wanted || stem == "lib" + wanted;
    }

    private static SortedSet<string> ImportsOf(MetadataReader reader)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in reader.MethodDefinitions)
        {
            var method = reader.GetMethodDefinition(handle);
            if (method.Attributes.HasFlag(MethodAttributes.PinvokeImpl) && method.GetImport().Module is { IsNil: false } module)
                names.Add(reader.GetString(reader.GetModuleReference(module).Name));
        }
        return names;
    }
}
