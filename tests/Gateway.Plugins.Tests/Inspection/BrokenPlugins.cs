using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using static Gateway.Plugins.Tests.Inspection.Corpus;

namespace Gateway.Plugins.Tests.Inspection;

/// <summary>Ways in which authors fail, each with the code that names it.</summary>
internal static class BrokenPlugins
{
    private const string NewerSdk = """
        [assembly: System.Reflection.AssemblyVersion("9.9.0.0")]
        namespace KrakenPlugins.Sdk.Plugins
        {
            public interface IPluginRegistry { void Cache(string name); }
            public sealed class CacheEntry { }
            public abstract class GatewayPlugin { public abstract void Register(IPluginRegistry registry); }
        }
        """;

    private static readonly Lazy<byte[]> s_newerSdk = new(static () => PluginSmith.Assembly("KrakenPlugins.Sdk", NewerSdk, new Dictionary<string, byte[]> { ["KrakenPlugins.Sdk"] = PluginSmith.Assembly("Nothing", "") }));

    /// <summary>Name, code, and how it is made.</summary>
    public static IReadOnlyDictionary<string, (string Code, Func<PluginSmith, string> Make)> All { get; } = new Dictionary<string, (string, Func<PluginSmith, string>)>
    {
        ["a folder without manifest"] = ("PLG001", s => Make(s, then: static f => File.Delete(Path.Combine(f, "plugin.json")))),
        ["an enormous manifest"] = ("PLG001", s => Make(s, then: static f => Write(f, "plugin.json", new byte[(1 << 20) + 1]))),
        ["comments in the manifest"] = ("PLG002", s => Make(s, then: static f => Write(f, "plugin.json", "// my plugin\n" + File.ReadAllText(Path.Combine(f, "plugin.json"))))),
        ["a trailing comma"] = ("PLG002", s => Make(s, then: static f => Write(f, "plugin.json", """{"id":"acme.x","version":"1.0.0",}"""))),
        ["a manifest in UTF-16"] = ("PLG002", s => Make(s, then: static f => File.WriteAllText(Path.Combine(f, "plugin.json"), File.ReadAllText(Path.Combine(f, "plugin.json")), Encoding.Unicode))),
        ["an empty manifest"] = ("PLG002", s => Make(s, then: static f => Write(f, "plugin.json", ""))),
        ["a mistyped attribute"] = ("PLG003", s => Make(s, edit: static m => m["permisions"] = new JsonObject())),
        ["a manifest that is a list"] = ("PLG003", s => Make(s, then: static f => Write(f, "plugin.json", "[]"))),
        ["an unknown runtime"] = ("PLG003", s => Make(s, edit: static m => m["runtime"] = "go")),
        ["an id with a slash"] = ("PLG004", s => Make(s, edit: static m => m["id"] = "acme/x")),
        ["an id that is a hidden folder"] = ("PLG004", s => Make(s, edit: static m => m["id"] = ".x")),
        ["a version with four numbers"] = ("PLG005", s => Make(s, edit: static m => m["version"] = "1.0.0.0")),
        ["a floating SDK version"] = ("PLG006", s => Make(s, edit: static m => m["sdk"] = "0.2.*")),
        ["an entry that climbs out of the folder"] = ("PLG007", s => Make(s, edit: static m => m["entry"]!["assembly"] = "../other/x.dll")),
        ["an entry without type"] = ("PLG007", s => Make(s, edit: static m => m["entry"]!.AsObject().Remove("type"))),
        ["an entry that is a project"] = ("PLG007", s => Make(s, edit: static m => m["entry"]!["assembly"] = "acme.x.csproj")),
        ["a layer of another scope"] = ("PLG008", s => Make(s, edit: static m => m["namespaces"]![0]!["layer"] = "client")),
        ["a misspelt scope"] = ("PLG008", s => Make(s, edit: static m => m["namespaces"]![0]!["scope"] = "endpoints")),
        ["a namespace twice"] = ("PLG008", s => Make(s, edit: static m => m["namespaces"]!.AsArray().Add(m["namespaces"]![0]!.DeepClone()))),
        ["a namespace of core"] = ("PLG008", s => Make(s, edit: static m => m["namespaces"]![0]!["name"] = "proxy")),
        ["nothing provided"] = ("PLG008", s => Make(s, edit: static m => m["namespaces"] = new JsonArray())),
        ["a hash in hexadecimal"] = ("PLG009", s => Make(s, edit: static m => m["hashes"] = new JsonObject { ["acme.x.dll"] = "0a1b2c" })),
        ["a listed file that was not copied"] = ("PLG010", s => Make(s, edit: static m => m["hashes"] = new JsonObject { ["data.bin"] = "sha256-AAAA" })),
        ["a stale hash"] = ("PLG011", s => Make(s, edit: static m => m["hashes"] = new JsonObject { ["acme.x.dll"] = "sha256-AAAA" })),
        ["code beside the listed files"] = ("PLG012", s => Make(s, edit: static m => m["hashes"] = new JsonObject { ["notes.txt"] = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }, then: static f => Write(f, "notes.txt", ""))),
        ["an entry in another spelling"] = ("PLG013", s => Make(s, edit: static m => m["entry"]!["assembly"] = "Acme.X.dll")),
        ["a link out of the folder"] = ("PLG014", s => Make(s, then: static f => File.CreateSymbolicLink(Path.Combine(f, "hosts"), "/etc/hosts"))),
        ["a damaged dependency manifest"] = ("PLG015", s => Make(s, then: static f => Write(f, "acme.x.deps.json", "{ \"targets\": ["))),
        ["a later SDK wanted"] = ("PLG020", s => Make(s, edit: static m => m["sdk"] = "[7.0,8.0)")),
        ["an SDK of the past"] = ("PLG020", s => Make(s, edit: static m => m["sdk"] = "[0.0.1,0.0.2)")),
        ["a build for a later .NET"] = ("PLG021", s => Make(s, "[assembly: System.Runtime.Versioning.TargetFramework(\".NETCoreApp,Version=v11.0\")]\n" + Code)),
        ["a build for .NET Framework"] = ("PLG022", s => Make(s, "[assembly: System.Runtime.Versioning.TargetFramework(\".NETFramework,Version=v4.8\")]\n" + Code)),
        ["a build for another processor"] = ("PLG023", s => s.Make("acme.x", Code, ["endpoint/proxy acme/x"], platform: OtherPlatform)),
        ["an empty assembly"] = ("PLG024", s => MakeWith(s, [])),
        ["a native library as entry"] = ("PLG024", s => MakeWith(s, Elf(OwnElf))),
        ["half an assembly"] = ("PLG024", s => Make(s, then: static f => Write(f, "acme.x.dll", File.ReadAllBytes(Path.Combine(f, "acme.x.dll"))[..600]))),
        ["a damaged dependency"] = ("PLG024", s => MakeBody(s, "Lib.L.M();", [PluginSmith.Library("Lib", "1.0.0.0", Lib("public static void M() { }"))], then: static f => Write(f, "Lib.dll", [1, 2, 3]))),
        ["a reference assembly"] = ("PLG025", s => MakeWith(s, PluginSmith.Assembly("acme.x", "[assembly: System.Runtime.CompilerServices.ReferenceAssembly]\n" + Code, metadataOnly: true, imports: true))),
        ["a sidecar without its program"] = ("PLG110", s => Make(s, edit: static m => { m["runtime"] = "process"; m["entry"] = new JsonObject { ["command"] = new JsonArray("./sidecar") }; })),
        ["an assembly that was not built"] = ("PLG030", s => Make(s, then: static f => File.Delete(Path.Combine(f, "acme.x.dll")))),
        ["a mistyped class"] = ("PLG031", s => Make(s, edit: static m => m["entry"]!["type"] = "Acme.P")),
        ["a generic class by its C# name"] = ("PLG031", s => MakeClass(s, "public sealed class P<T> : GatewayPlugin")),
        ["a class of something else"] = ("PLG032", s => Make(s, edit: static m => m["entry"]!["type"] = "M")),
        ["a generic class"] = ("PLG033", s => MakeClass(s, "public sealed class P<T> : GatewayPlugin", edit: static m => m["entry"]!["type"] = "P`1")),
        ["an abstract class"] = ("PLG033", s => MakeClass(s, "public abstract class P : GatewayPlugin")),
        ["a static class"] = ("PLG033", s => MakeClass(s, "public static class P", "")),
        ["a constructor with arguments"] = ("PLG033", s => MakeClass(s, "public sealed class P(Microsoft.Extensions.Logging.ILogger log) : GatewayPlugin", "public object Log => log; " + Register)),
        ["a private constructor"] = ("PLG033", s => MakeClass(s, "public sealed class P : GatewayPlugin", "private P() { } " + Register)),
        ["an internal class"] = ("PLG034", s => MakeClass(s, "internal sealed class P : GatewayPlugin")),
        ["two plugin classes"] = ("PLG035", s => Make(s, Code + $"public sealed class Q : GatewayPlugin {{ {Register} }}")),
        ["a dependency that is not shipped"] = ("PLG040", s => MakeBody(s, "Lib.L.M();", [PluginSmith.Library("Lib", "1.0.0.0", Lib("public static void M() { }"), isShipped: false)])),
        ["a dependency of a dependency that is not shipped"] = ("PLG040", TransitiveMissing),
        ["a file that the dependency manifest does not list"] = ("PLG040", s => MakeBody(s, "Lib.L.M();", [PluginSmith.Library("Lib", "1.0.0.0", Lib("public static void M() { }"))], then: static f => Write(f, "acme.x.deps.json", DepsOfEntry))),
        ["System.Web"] = ("PLG040", s => MakeWith(s, Replaced("acme.x", "System.Web.Extensions", "namespace System.Web { public static class U { public static void M() { } } }", "System.Web.U.M();"))),
        ["a later framework assembly"] = ("PLG041", s => MakeWith(s, Replaced("acme.x", "System.IO.Pipelines", "[assembly: System.Reflection.AssemblyVersion(\"99.0.0.0\")] namespace System.IO.Pipelines { public static class U { public static void M() { } } }", "System.IO.Pipelines.U.M();"))),
        ["the SDK shipped along"] = ("PLG042", s => Make(s, then: static f => File.Copy(typeof(KrakenPlugins.Sdk.Plugins.GatewayPlugin).Assembly.Location, Path.Combine(f, "KrakenPlugins.Sdk.dll")))),
        ["shared abstractions shipped along"] = ("PLG043", s => Make(s, then: static f => File.Copy(typeof(Microsoft.Extensions.Logging.ILogger).Assembly.Location, Path.Combine(f, "Microsoft.Extensions.Logging.Abstractions.dll")))),
        ["a member of a later SDK"] = ("PLG044", s => MakeWith(s, Future("registry.Cache(\"acme/x\");"))),
        ["a type of a later SDK"] = ("PLG044", s => MakeWith(s, Future("_ = new KrakenPlugins.Sdk.Plugins.CacheEntry();"))),
        ["a reference to the gateway"] = ("PLG045", s => MakeWith(s, Replaced("acme.x", "Gateway.Core", "namespace Gateway.Core { public static class Product { public static void M() { } } }", "Gateway.Core.Product.M();"))),
        ["a dependency without a method that is called"] = ("PLG046", s => MakeBody(s, "Lib.L.Later();", [PluginSmith.Library("Lib", "1.0.0.0", Lib("public static void Later() { }"))], then: static f => Write(f, "Lib.dll", PluginSmith.Assembly("Lib", Lib("public static void Earlier() { }"))))),
        ["a method with other parameters"] = ("PLG046", s => MakeBody(s, "Lib.L.M(1);", [PluginSmith.Library("Lib", "1.0.0.0", Lib("public static void M(int x) { }"))], then: static f => Write(f, "Lib.dll", PluginSmith.Assembly("Lib", Lib("public static void M(long x) { }"))))),
        ["an older dependency"] = ("PLG047", s => MakeBody(s, "Lib.L.M();", [PluginSmith.Library("Lib", "2.0.0.0", Lib("public static void M() { }"))], then: static f => Write(f, "Lib.dll", PluginSmith.Assembly("Lib", "[assembly: System.Reflection.AssemblyVersion(\"1.0.0.0\")]" + Lib("public static void M() { }"))))),
        ["System.Drawing of .NET Framework"] = ("PLG048", s => MakeWith(s, Replaced("acme.x", "System.Drawing", "namespace System.Drawing { public static class Bitmap { public static void M() { } } }", "System.Drawing.Bitmap.M();"))),
        ["a method of a later runtime"] = ("PLG048", s => MakeWith(s, Replaced("acme.x", "System.IO.Pipelines", "namespace System.IO.Pipelines { public class Pipe { public void Later() { } } }", "new System.IO.Pipelines.Pipe().Later();"))),
        ["a native library that is not shipped"] = ("PLG050", s => Make(s, Native("acmefast"))),
        ["a native library for another processor"] = ("PLG051", s => Make(s, Native("acmefast"), then: static f => Write(f, "libacmefast.so", Elf(OtherElf)))),
        ["a native library in the folder of another system"] = ("PLG051", s => Make(s, Native("acmefast"), then: static f => Write(f, "runtimes/linux-other/native/libacmefast.so", Elf(OtherElf)))),
        ["a schema that was not copied"] = ("PLG060", s => Make(s, edit: Schema("x.schema.json"))),
        ["a schema that is no JSON"] = ("PLG061", s => Make(s, edit: Schema("x.schema.json"), then: static f => Write(f, "x.schema.json", "{ type: object }"))),
        ["a schema with an unknown type"] = ("PLG061", s => Make(s, edit: Schema("x.schema.json"), then: static f => Write(f, "x.schema.json", """{"type":"object","properties":{"a":{"type":"int"}}}"""))),
        ["a schema that lacks an attribute"] = ("PLG062", s => Make(s, Code + Settings, edit: Schema("x.schema.json", "Settings"), then: static f => Write(f, "x.schema.json", """{"type":"object","properties":{"max_rate":{"type":"number"}}}"""))),
        ["a schema with an attribute too many"] = ("PLG063", s => Make(s, Code + Settings, edit: Schema("x.schema.json", "Settings"), then: static f => Write(f, "x.schema.json", """{"type":"object","properties":{"max_rate":{"type":"number"},"hosts":{"type":"array"},"max_rat":{}}}"""))),
        ["a settings class that does not exist"] = ("PLG064", s => Make(s, Code + Settings, edit: Schema("", "Setings"))),
        ["a rule for audit without a code"] = ("PLG065", s => Make(s, edit: Audit("{\"rule\":\"1.1.1\",\"severity\":\"LOW\",\"namespace\":\"acme/x\",\"message\":\"m\"}"))),
        ["a rule for audit that matches by no schema"] = ("PLG065", s => Make(s, edit: Audit("{\"rule\":\"x-1\",\"severity\":\"LOW\",\"namespace\":\"acme/x\",\"message\":\"m\",\"when\":{\"type\":\"strnig\"}}"))),
        ["a namespace of another plugin"] = ("PLG070", s => { Make(s, id: "acme.y"); return Make(s); }),
        ["environment variables"] = ("PLG080", s => MakeBody(s, "_ = Environment.GetEnvironmentVariable(\"X\");")),
        ["the network"] = ("PLG081", s => MakeBody(s, "using var client = new System.Net.Http.HttpClient(); _ = client.Timeout;")),
        ["files"] = ("PLG082", s => MakeBody(s, "_ = System.IO.File.Exists(\"/etc/passwd\");")),
        ["the end of the process"] = ("PLG091", s => MakeBody(s, "if (request.Method == \"X\") Environment.Exit(1);")),
    };

    private static Action<JsonObject> Audit(string rule) => manifest => manifest["audit"] = new JsonArray(JsonNode.Parse(rule));

    private const string Settings = "\npublic sealed class Settings { public double MaxRate { get; init; } public System.Collections.Generic.IReadOnlyList<string> Hosts { get; init; } = []; public ConfigSource Source { get; init; } = null!; }";

    private static string Lib(string members) => $"namespace Lib; public static class L {{ {members} }}";

    private static string Native(string library) => Code + $"public static class N {{ [System.Runtime.InteropServices.DllImport(\"{library}\")] public static extern int fast(); }}";

    private static string TransitiveMissing(PluginSmith smith)
    {
        var inner = PluginSmith.Assembly("Inner", "namespace Inner; public static class I { public static void M() { } }");
        var outer = PluginSmith.Assembly("Lib", Lib("public static void M() => Inner.I.M();"), new Dictionary<string, byte[]> { ["Inner"] = inner });
        return MakeBody(smith, "Lib.L.M();", [new SmithLibrary("Lib", outer, IsShipped: true)]);
    }

    private static byte[] Replaced(string name, string library, string code, string statement) =>
        PluginSmith.Assembly(name, Code.Replace("registry.Proxy(", statement + " registry.Proxy(", StringComparison.Ordinal), new Dictionary<string, byte[]>
        {
            [library] = PluginSmith.Assembly(library, code, new Dictionary<string, byte[]> { [library] = PluginSmith.Assembly("Nothing", "") }),
        }, imports: true);

    private static byte[] Future(string statement) => PluginSmith.Assembly("acme.x", $$"""
        using KrakenPlugins.Sdk.Plugins;
        public sealed class P : GatewayPlugin
        {
            public override void Register(IPluginRegistry registry) { {{statement}} }
        }
        """, new Dictionary<string, byte[]> { ["KrakenPlugins.Sdk"] = s_newerSdk.Value });
}
