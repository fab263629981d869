using System.Reflection;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Inspection;

/// <summary>Follows the references of a plugin's assemblies, all the way down, and finds those that lead nowhere.</summary>
internal sealed class ReferenceInspection(string folder, PluginFiles files, AssemblyUniverse universe, FindingList findings)
{
    private const int MostAssemblies = 2_000;

    private static readonly Dictionary<string, string> s_hints = new(StringComparer.Ordinal)
    {
        ["System.Web"] = "it exists in .NET Framework only; ASP.NET Core's types are in Microsoft.AspNetCore.*",
        ["System.Drawing.Common"] = "it runs on Windows only; use a library such as SkiaSharp or ImageSharp, and ship it",
        ["System.Configuration"] = "it exists in .NET Framework only; bind settings with ConfigBinder",
        ["System.Windows.Forms"] = "it exists on Windows desktops only",
    };

    private readonly MemberInspection _members = new(universe, findings);

    /// <summary>Walks from the entry assembly.</summary>
    public void Inspect(AssemblyImage entry)
    {
        ReportShippedCopies(entry.Name);
        var seen = new HashSet<string>(StringComparer.Ordinal) { entry.Name };
        var pending = new Queue<(AssemblyImage Image, string Chain)>([(entry, entry.Name)]);
        while (pending.TryDequeue(out var next) && seen.Count < MostAssemblies)
        {
            foreach (var handle in next.Image.Reader.AssemblyReferences)
            {
                var reference = next.Image.Reader.GetAssemblyReference(handle).GetAssemblyName();
                var resolved = universe.Resolve(reference);
                Judge(next.Image, next.Chain, reference, resolved);
                if (resolved is { Origin: AssemblyOrigin.Private, Image: { } image } && seen.Add(image.Name))
                    pending.Enqueue((image, $"{next.Chain} → {image.Name}"));
            }
            _members.Inspect(next.Image);
        }
    }

    private void Judge(AssemblyImage image, string chain, AssemblyName reference, ResolvedAssembly resolved)
    {
        var name = reference.Name!;
        switch (resolved.Origin)
        {
            case AssemblyOrigin.Missing:
                findings.Error(FindingCode.ReferenceMissing, image.File, $"{name} {reference.Version}, which it refers to, is neither in the plugin's folder nor shared by the gateway ({chain} → {name})", RemedyFor(name));
                break;
            case AssemblyOrigin.Gateway:
                findings.Error(FindingCode.GatewayReference, image.File, $"it refers to {name}, which belongs to the gateway itself", $"a plugin may use {SharedAssemblies.SdkName} only: remove the reference, and say what the SDK lacks");
                break;
            case AssemblyOrigin.Framework when reference.Version > resolved.Image!.Version:
                findings.Error(FindingCode.FrameworkNewer, image.File, $"it needs {name} {reference.Version}, the gateway's runtime has {resolved.Image.Version}", "build it for the gateway's runtime, or update the gateway");
                break;
            case AssemblyOrigin.Private when resolved.Image is null:
                findings.Error(FindingCode.NotManaged, name + ".dll", $"it is no .NET assembly, though {image.File} refers to it", "build the plugin again; the file is damaged, or a native library of that name");
                break;
            case AssemblyOrigin.Private when reference.Version > resolved.Image!.Version:
                findings.Warning(FindingCode.PrivateOlder, resolved.Image.File, $"its version is {resolved.Image.Version}, {image.File} was built with {reference.Version}", $"let NuGet settle on one version: add a PackageReference to {name} of the higher one, then publish again");
                break;
        }
    }

    private string RemedyFor(string name)
    {
        if (s_hints.TryGetValue(name, out var hint))
            return hint;
        if (files.All.FirstOrDefault(f => Path.GetFileName(f) == name + ".dll") is { } there)
            return $"{there} is there, but the .deps.json beside the entry assembly does not list it: build with a PackageReference or ProjectReference instead of copying files, or delete the .deps.json";
        if (files.All.FirstOrDefault(f => Path.GetFileName(f).Equals(name + ".dll", StringComparison.OrdinalIgnoreCase)) is { } other)
            return $"{other} is there in another spelling: most systems that gateways run on tell letter case apart";
        return NearestName.Find(name, files.All.Select(static f => Path.GetFileNameWithoutExtension(f))) is { } near
            ? $"the folder has {near}; build the plugin with its dependencies beside it (`dotnet publish`)"
            : "build the plugin with its dependencies beside it: `dotnet build` with the SDK's targets, or `dotnet publish`";
    }

    private void ReportShippedCopies(string entry)
    {
        foreach (var path in files.All.Where(static f => f.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (name == entry || path.StartsWith("ref/", StringComparison.Ordinal))
                continue;
            if (name == SharedAssemblies.SdkName)
                findings.Warning(FindingCode.SdkShipped, path, "the SDK is shipped with the plugin, and ignored", "reference it with Private=\"false\" ExcludeAssets=\"runtime\", so that it stays out of the folder");
            else if (SharedAssemblies.IsGateway(name))
                findings.Warning(FindingCode.GatewayReference, path, "an assembly of the gateway itself is shipped with the plugin, and never loaded", "remove it from the plugin's project");
            else if (SharedAssemblies.IsFramework(name))
                ReportFramework(path, name);
        }
    }

    private void ReportFramework(string path, string name)
    {
        if (SharedAssemblies.IsContract(name))
            findings.Warning(FindingCode.SharedShipped, path, "a private copy of an assembly that plugins share with the gateway: it is ignored", "add <FrameworkReference Include=\"Microsoft.AspNetCore.App\" /> in place of the package, so that it stays out of the folder");
        else if (TryVersion(Path.Combine(folder, path)) is { } shipped && shipped <= universe.Framework(name).Version)
            findings.Note(FindingCode.SharedShipped, path, "the gateway's runtime has this assembly, at least as new: the copy is ignored", "leave it out of the folder");
    }

    private static Version? TryVersion(string path)
    {
        try
        {
            return AssemblyName.GetAssemblyName(path).Version;
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException)
        {
            // A damaged file that nobody refers to; whoever does reports it.
            return null;
        }
    }
}
