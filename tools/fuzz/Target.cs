using System.IO.Pipelines;
using System.Text;
using Gateway.Core.Configuration;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Framing;
using KrakenPlugins.Grpc.Services;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Fuzz;

/// <summary>Something that reads input which it cannot trust.</summary>
/// <param name="Name">Name of the target and of the folder of its seeds.</param>
/// <param name="Tokens">Pieces of its language, which mutations insert.</param>
/// <param name="Run">Reads one input; what it throws is a find, unless it is the target's own kind of refusal.</param>
internal sealed record Target(string Name, string[] Tokens, Action<byte[]> Run)
{
    // A third of a megabyte of input may not become more than this.
    private const int MaxTemplateOutput = 4 << 20;

    private const int MaxMessage = 64 << 10;

    private static readonly string[] s_jsonTokens =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\u0000", "\\ud800", "null", "true", "-0", "1e999", "0x1", "\"version\": 3", "\"extra_config\":", "//", "\ufeff",
        "\"endpoints\":", "\"backend\":", "\"host\":", "\"url_pattern\": \"/{id}\"", "\"timeout\": \"1h\"", "\"1.5s\"", "{}", "[]", "\"*\"",
    ];

    // Their work is deliberately slow, and nothing that they are given is parsed.
    private static readonly string[] s_slow = ["bcrypt", "htpasswd", "derivePassword", "genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert"];

    private static readonly Lazy<byte[]> s_service = new(() => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "seeds", "binder", "service.json")));

    /// <summary>Targets that break in a known way: they show that a find is noticed.</summary>
    public static IReadOnlyList<Target> SelfTests { get; } =
    [
        new("self-good", ["x"], static _ => { }),
        new("self-throw", ["x"], static _ => throw new InvalidOperationException("thrown on purpose")),
        new("self-crash", ["x"], static _ => Descend(0)),
        new("self-hang", ["x"], static _ => Thread.Sleep(Timeout.Infinite)),
    ];

    public static IReadOnlyList<Target> All { get; } =
    [
        Format("json", ConfigFormat.Json, s_jsonTokens),
        Format("yaml", ConfigFormat.Yaml, ["- ", ": ", "&a ", "*a", "<<: *a", "|\n", ">-\n", "---\n", "...", "!!int ", "!!str ", "? ", "{", "}", "[", "]", "'", "\"", "\t", "#", "%YAML 1.2\n", "~", ".inf", "0o7"]),
        Format("toml", ConfigFormat.Toml, ["[a]\n", "[[a]]\n", "a.b = ", "\"\"\"", "'''", "= ", "{", "}", "[", "]", "1979-05-27T07:32:00Z", "0xFF", "inf", "nan", "+1_000", "\\u00e9", "\\UFFFFFFFF", "#"]),
        Format("properties", ConfigFormat.Properties, ["=", ":", "\\\n", "\\u0041", "a.0.b", "a.99999999", "!", "#", "\r\n"]),
        Format("hcl", ConfigFormat.Hcl, ["{", "}", "=", "[", "]", "<<EOT\n", "EOT\n", "\"${", "a \"b\" {", "#", "//", "/*", "*/", "true"]),
        Format("ini", ConfigFormat.Ini, ["[a]", "[a.b]", "=", ";", "#", "\\\n"]),
        Format("env", ConfigFormat.DotEnv, ["export ", "=", "\"", "'", "$A", "${A}", "\\n", "#"]),
        new("config", s_jsonTokens, LoadConfiguration),
        new("binder", s_jsonTokens, static input => LoadConfiguration(ChangedTree.Of(input, s_service.Value))),
        new("template",
            [
                .. FunctionNames(),
                "{{", "}}", "{{-", "-}}", "{{/*", "*/}}", "|", "(", ")", ".", "$", "$x", ":=", "=", ",", "{{end}}", "{{range .}}", "{{range $i, $e := .}}", "{{with .}}", "{{if .}}", "{{else}}", "{{define \"a\"}}",
                "{{template \"a\" .}}", "{{block \"b\" .}}", "{{break}}", "printf \"%v %[1]*d\"", "repeat 1000", "until 100000", "nil", "'x'", "`raw`", "1e400", "0x_1", "dict \"a\" 1", "list 1 2", ".list", ".text", ".number", ".map", "-1",
                "9223372036854775807", "\"%s\"", "\"a\\n\"", "(list 1 \"a\" nil .map)", "$_ := set $ \"k\" $", "now", "1.5e3", "\"2006-01-02\"", "\"^1.2\"", "\"(a|b)*c\"", "\"http://u:p@h/?q\"",
            ], Render),
        new("grpc", ["\0\0\0\0\0", "\u0001\0\0\0\u0001", "\0\0\u0001\0\0", "\u0002", "\u001f\u008b\b\0"], ReadMessages),
        new("descriptors", ["\n", "\u0012", "\"", "2", "\u0001a", "\0"], ReadDescriptors),
    ];

    private static Target Format(string name, ConfigFormat format, string[] tokens) => new(name, tokens, input =>
    {
        var found = new ConfigDiagnostics();
        var root = ConfigFormats.Read("input", input, format, found);
        if (root is null && !found.HasErrors)
            throw new InvalidOperationException("refused without a word");
    });

    private static void LoadConfiguration(byte[] input)
    {
        var found = new ConfigDiagnostics();
        if (ConfigFormats.Read("input", input, ConfigFormat.Json, found) is not { } root)
            return;
        var loaded = ConfigLoader.Load(root, new LoadOptions { IsAvailable = static (_, _) => true }, found);
        if (loaded.Config is null && !loaded.Diagnostics.HasErrors)
            throw new InvalidOperationException("refused without a word");
    }

    private static void ReadMessages(byte[] input)
    {
        foreach (var isGzip in (bool[])[false, true])
        {
            var reader = new MessageReader(PipeReader.Create(new MemoryStream(input)), MaxMessage) { IsGzip = isGzip };
            // All of the input is there, so nothing waits.
            while (reader.ReadAsync(RawMarshaller.Lent, CancellationToken.None).AsTask().GetAwaiter().GetResult() is { HasMessage: true } read)
            {
                if (read.Message.Length > MaxMessage)
                    throw new InvalidOperationException("a message beyond the limit");
            }
        }
    }

    private static void ReadDescriptors(byte[] input)
    {
        try
        {
            new DescriptorIndex().Add(input);
        }
        catch (FormatException)
        {
            // The refusal.
        }
    }

    private static void Render(byte[] input)
    {
        var functions = new FunctionTable();
        // No input may ask the network for a name.
        SprigFunctions.AddTo(functions, new SprigEnvironment { Environment = static name => name, ResolveHost = static _ => [] });
        var set = new TemplateSet(new TemplateOptions { Functions = functions, MaximumOutput = MaxTemplateOutput });
        try
        {
            set.Add("input", Encoding.UTF8.GetString(input));
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            set.Render("input", TemplateValue.From(Dot()), new TemplateOutput(recordSources: true), limit.Token);
        }
        catch (Exception exception) when (exception is TemplateException or OperationCanceledException)
        {
            // What a template may end with.
        }
    }

    private static string[] FunctionNames()
    {
        var functions = new FunctionTable();
        SprigFunctions.AddTo(functions, new SprigEnvironment());
        return [.. functions.Names.Except(s_slow).Order(StringComparer.Ordinal)];
    }

    // Not the last thing it does, so that it is no loop.
    private static int Descend(int depth) => Descend(depth + 1) + depth;

    private static TemplateMap Dot()
    {
        var list = new TemplateList();
        for (var i = 0; i < 3; i++)
            list.Add(TemplateValue.From((double)i));
        var dot = new TemplateMap();
        dot.Set("list", TemplateValue.From(list));
        dot.Set("text", TemplateValue.From("text"));
        var map = new TemplateMap();
        map.Set("b", TemplateValue.From("x"));
        map.Set("a", TemplateValue.From(list));
        dot.Set("map", TemplateValue.From(map));
        dot.Set("number", TemplateValue.From(1.5));
        return dot;
    }
}
