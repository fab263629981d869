using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.Plugins.Tests.Inspection;

/// <summary>Parts that the plugins of the corpus are made of.</summary>
internal static class Corpus
{
    /// <summary>A whole plugin for <c>acme/x</c>.</summary>
    public static string Code { get; } = PluginSmith.ProxyPlugin("acme/x", "return await next(request, ct);");

    /// <summary>The middleware alone, without the class of the plugin.</summary>
    public static string Middleware { get; } = Code[Code.IndexOf("public sealed class M(", StringComparison.Ordinal)..];

    public const string Register = "public override void Register(IPluginRegistry registry) => registry.Proxy(\"acme/x\", ProxyStages.Modifiers, static (c, x, d) => new M(x));";

    /// <summary>A plugin that is in order, but for the change that is made to it.</summary>
    public static string Make(PluginSmith smith, string? code = null, IReadOnlyList<SmithLibrary>? libraries = null, Action<JsonObject>? edit = null, string id = "acme.x", Action<string>? then = null)
    {
        var folder = smith.Make(id, code ?? Code, ["endpoint/proxy acme/x"], libraries, edit);
        then?.Invoke(folder);
        return folder;
    }

    /// <summary>The same with a class of another shape.</summary>
    public static string MakeClass(PluginSmith smith, string declaration, string members = Register, Action<JsonObject>? edit = null) =>
        Make(smith, $"{declaration} {{ {members} }}\n{Middleware}", edit: edit);

    /// <summary>The same with statements in the middleware.</summary>
    public static string MakeBody(PluginSmith smith, string statements, IReadOnlyList<SmithLibrary>? libraries = null, Action<JsonObject>? edit = null, Action<string>? then = null) =>
        Make(smith, PluginSmith.ProxyPlugin("acme/x", $"{statements} return await next(request, ct);"), libraries, edit, then: then);

    public static void Write(string folder, string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
        File.WriteAllText(Path.Combine(folder, name), text);
    }

    public static void Write(string folder, string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
        File.WriteAllBytes(Path.Combine(folder, name), content);
    }

    /// <summary>Replaces the entry assembly.</summary>
    public static string MakeWith(PluginSmith smith, byte[] entry) => Make(smith, then: f => Write(f, "acme.x.dll", entry));

    /// <summary>An edit that gives the namespace a schema, and a class.</summary>
    public static Action<JsonObject> Schema(string file, string? settings = null) => manifest =>
    {
        var name = manifest["namespaces"]![0]!.AsObject();
        name["schema"] = file;
        if (settings is not null)
            name["config"] = settings;
    };

    /// <summary>The head of a library for Linux on a processor: ELF, 64 bits, little endian.</summary>
    public static byte[] Elf(ushort machine)
    {
        var head = new byte[64];
        "\u007fELF"u8.CopyTo(head);
        head[4] = 2;
        head[5] = 1;
        head[6] = 1;
        head[16] = 3;
        head[18] = (byte)machine;
        return head;
    }

    public static ushort OwnElf => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? (ushort)0xB7 : (ushort)0x3E;

    public static ushort OtherElf => OwnElf == 0xB7 ? (ushort)0x3E : (ushort)0xB7;

    public static Microsoft.CodeAnalysis.Platform OtherPlatform => OwnElf == 0xB7 ? Microsoft.CodeAnalysis.Platform.X64 : Microsoft.CodeAnalysis.Platform.Arm64;

    /// <summary>A dependency manifest that knows the entry assembly alone.</summary>
    public const string DepsOfEntry = """
        {"runtimeTarget":{"name":".NETCoreApp,Version=v10.0","signature":""},"targets":{".NETCoreApp,Version=v10.0":{"acme.x/1.0.0":{"runtime":{"acme.x.dll":{}}}}},
         "libraries":{"acme.x/1.0.0":{"type":"project","serviceable":false,"sha512":""}}}
        """;
}
