using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using static Gateway.Plugins.Tests.Inspection.Corpus;

namespace Gateway.Plugins.Tests.Inspection;

/// <summary>Plugins that are in order, however unusual.</summary>
internal static class GoodPlugins
{
    public static IReadOnlyDictionary<string, Func<PluginSmith, string>> All { get; } = new Dictionary<string, Func<PluginSmith, string>>
    {
        ["the one that was compiled against the first SDK"] = static _ => Path.Combine(RepositoryRoot.Find(), "tests", "fixtures", "first-sdk"),
        ["the smallest"] = s => Make(s),
        ["with libraries of its own, one behind the other"] = WithLibraries,
        ["with a library in another version than the gateway's"] = s => MakeBody(s, "Acme.Json.M();", [PluginSmith.Library("Acme", "13.0.0.0", "public static class Acme { public static class Json { public static string M() => System.Text.Json.JsonSerializer.Serialize(1); } }")]),
        ["with a library whose file is spelt in lower case"] = s => MakeBody(s, "Lib.L.M();", [PluginSmith.Library("Lib", "1.0.0.0", "namespace Lib; public static class L { public static void M() { } }")], then: static f => File.Move(Path.Combine(f, "Lib.dll"), Path.Combine(f, "lib.dll"))),
        ["with a native library beside it"] = s => Make(s, Native, then: static f => Write(f, "libacmefast.so", Elf(OwnElf))),
        ["with calls of the C library"] = s => Make(s, Native.Replace("acmefast", "libc", StringComparison.Ordinal)),
        ["with several namespaces and layers"] = SeveralNamespaces,
        ["with a schema that covers its settings"] = s => Make(s, Code + Settings, edit: Schema("schemas/x.schema.json", "Acme.Settings"), then: static f => Write(f, "schemas/x.schema.json", """
            {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","additionalProperties":false,
             "properties":{"max_rate":{"type":"number","description":"Requests per second"},"allowed":{"type":"array","items":{"type":"string"}},"allow":{"description":"Old name of allowed"}}}
            """)),
        ["with a schema that composes others"] = s => Make(s, Code + Settings, edit: Schema("x.schema.json", "Acme.Settings"), then: static f => Write(f, "x.schema.json", """{"oneOf":[{"type":"object"},{"type":"array","items":{"type":"string"}}]}""")),
        ["with the language's kinds and encodings"] = Kinds,
        ["with hashes of all its files"] = Hashes,
        ["with a byte-order mark in its manifest"] = s => Make(s, then: static f => File.WriteAllText(Path.Combine(f, "plugin.json"), File.ReadAllText(Path.Combine(f, "plugin.json")), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true))),
        ["that derives from a base class in its library"] = DerivedFromLibrary,
        ["with generic bases, records, async streams and interpolation"] = s => Make(s, Code + Modern),
        ["with permissions for all that it does"] = s => MakeBody(s, "_ = Environment.GetEnvironmentVariable(\"X\"); using var c = new System.Net.Http.HttpClient(); _ = System.IO.File.Exists(\"x\");",
            edit: static m => m["permissions"] = new JsonObject { ["environment"] = new JsonArray("X"), ["network"] = new JsonArray("*"), ["files"] = new JsonArray(".") }),
        ["with a nested class as entry"] = s => Make(s, $"public static class Outer {{ public sealed class P : GatewayPlugin {{ {Register} }} }}\n{Middleware}", edit: static m => m["entry"]!["type"] = "Outer+P"),
        ["that takes the place of a namespace of the language"] = s => Make(s, Code.Replace("acme/x", "qos/ratelimit/router", StringComparison.Ordinal), edit: static m => { m["namespaces"]![0]!["name"] = "qos/ratelimit/router"; }),
        ["with a dependency manifest"] = s => Make(s, then: static f => Write(f, "acme.x.deps.json", DepsOfEntry)),
        ["with translations"] = s => Make(s, then: static f => Write(f, "de/acme.x.resources.dll", PluginSmith.Assembly("acme.x.resources", "[assembly: System.Reflection.AssemblyCulture(\"de\")]"))),
    };

    private static string Native => Code + "public static class N { [System.Runtime.InteropServices.DllImport(\"acmefast\")] public static extern int fast(); }";

    private const string Settings = """

        namespace Acme
        {
            public class Common { public double MaxRate { get; init; } [ConfigIgnore] public int Computed { get; set; } }
            public sealed class Settings : Common
            {
                [ConfigName("allowed"), ConfigAlias("allow")] public System.Collections.Generic.IReadOnlyList<string> AllowList { get; init; } = [];
                public ConfigSource Source { get; init; } = null!;
                public int ReadOnly => 1;
            }
        }
        """;

    private const string Modern = """

        public abstract class Cache<TKey, TValue> where TKey : notnull
        {
            protected System.Collections.Concurrent.ConcurrentDictionary<TKey, TValue> Entries { get; } = new();
            public virtual TValue Get(TKey key, Func<TKey, TValue> make) => Entries.GetOrAdd(key, make);
        }
        public sealed class Counts : Cache<string, int[]>
        {
            public override int[] Get(string key, Func<string, int[]> make) => base.Get(key, make);
            public async System.Collections.Generic.IAsyncEnumerable<(string Key, int Sum)> Sums([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
            {
                foreach (var (key, value) in Entries) { await Task.Yield(); ct.ThrowIfCancellationRequested(); yield return (key, System.Linq.Enumerable.Sum(value)); }
            }
        }
        public record Point(int X, int Y) { public double Length => Math.Sqrt((X * (double)X) + (Y * (double)Y)); }
        public sealed record Named(string Name, int X, int Y) : Point(X, Y);
        public static class Texts
        {
            public static string Of(Point point, ReadOnlySpan<char> rest) { var grid = new int[2, 3]; grid[1, 2] = point.X; return $"{point with { X = 2 }} {rest} {grid[1, 2]:x4} {point.GetHashCode()}"; }
            public static unsafe int Sum(int* from, int n) { delegate*<int, int, int> add = &Add; var sum = 0; for (var i = 0; i < n; i++) sum = add(sum, from[i]); return sum; }
            private static int Add(int x, int y) => x + y;
            public static ref readonly T First<T>(in ReadOnlySpan<T> span) where T : struct => ref span[0];
            public static string Header(HttpContext context) => context.Request.Headers.UserAgent.ToString() + context.Request.Headers["x"];
        }
        """;

    private static string WithLibraries(PluginSmith smith)
    {
        var inner = PluginSmith.Assembly("Inner", "namespace Inner; public class Base<T> { public T? Value; public void Set(T v) => Value = v; }");
        var outer = PluginSmith.Assembly("Lib", "namespace Lib; public class L : Inner.Base<string> { public static void M() => new L().Set(\"x\"); }", new Dictionary<string, byte[]> { ["Inner"] = inner });
        return MakeBody(smith, "Lib.L.M(); new Lib.L().Set(\"y\");", [new SmithLibrary("Lib", outer, IsShipped: true), new SmithLibrary("Inner", inner, IsShipped: true)]);
    }

    private static string DerivedFromLibrary(PluginSmith smith)
    {
        var library = PluginSmith.Assembly("Acme.Base", "public abstract class AcmePlugin : GatewayPlugin { protected AcmePlugin() { } public override void Register(IPluginRegistry registry) => Declare(registry); protected abstract void Declare(IPluginRegistry registry); }", imports: true);
        return Make(smith, $"public sealed class P : AcmePlugin {{ protected override void Declare(IPluginRegistry registry) => registry.Proxy(\"acme/x\", ProxyStages.Modifiers, static (c, x, d) => new M(x)); }}\n{Middleware}", [new SmithLibrary("Acme.Base", library, IsShipped: true)]);
    }

    private static string SeveralNamespaces(PluginSmith smith) => smith.Make("acme.many", $$"""
        public sealed class P : GatewayPlugin
        {
            public override void Register(IPluginRegistry registry)
            {
                registry.Proxy("acme/x", ProxyStages.Modifiers.Before(), static (c, x, d) => new M(x));
                registry.Backend("acme/x", BackendStages.Policies.After(), static (c, x, d) => new M(x));
                registry.Server("acme/server", ServerStages.Cors, static (c, x, d) => new H());
            }
        }
        public sealed class H : IHttpMiddleware { public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context); }
        {{Middleware}}
        """, ["endpoint/proxy acme/x", "backend/backend acme/x", "service/server acme/server"]);

    private static string Kinds(PluginSmith smith) => smith.Make("acme.kinds", $$"""
        public sealed class P : GatewayPlugin
        {
            public override void Register(IPluginRegistry registry)
            {
                registry.Middleware("acme-mw", static (c, x, d) => new M(x));
                registry.RequestModifier("acme-req", static (c, x, d) => new R());
                registry.Render("acme", static (c, x, d) => new W());
            }
        }
        public sealed class R : IRequestModifier { public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken ct) { request.Headers.Set("X-A", "1"); return default; } }
        public sealed class W : IBodyRender { public string ContentType => "text/x"; public void Write(Payload? data, System.Buffers.IBufferWriter<byte> output) => data?.WriteJson(output); }
        {{Middleware}}
        """, [], edit: static m =>
        {
            m["plugins"] = new JsonArray(new JsonObject { ["kind"] = "middleware", ["name"] = "acme-mw" }, new JsonObject { ["kind"] = "request-modifier", ["name"] = "acme-req" });
            m["encodings"] = new JsonArray(new JsonObject { ["name"] = "acme", ["layer"] = "render" });
        });

    private static string Hashes(PluginSmith smith) => Make(smith, then: static folder =>
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "plugin.json")))!.AsObject();
        manifest["hashes"] = new JsonObject { ["acme.x.dll"] = "sha256-" + Convert.ToBase64String(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "acme.x.dll")))) };
        Write(folder, "plugin.json", manifest.ToJsonString());
    });
}
