using Gateway.Core.Configuration;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

/// <summary>Runs a definition around a call that answers with <see cref="FakeResponse"/>, without a gateway.</summary>
internal sealed class Rig
{
    private readonly Component _component;
    private readonly int _stashes;

    private Rig(Component component, int stashes, ConfigDiagnostics findings)
    {
        _component = component;
        _stashes = stashes;
        Findings = string.Join('\n', findings.All);
    }

    /// <summary>Findings of the definition, one per line.</summary>
    public string Findings { get; }

    /// <summary>Compiles the value of the namespace; throws <see cref="DefinitionException"/>.</summary>
    public static Rig Of(string json)
    {
        var findings = new ConfigDiagnostics();
        var node = JsonConfigReader.Read("krakend.json", json, findings);
        Assert.True(node is not null, string.Join('\n', findings.All));
        var compiler = new ComponentCompiler(findings);
        var component = compiler.Compile(node, ConfigPath.Root.Member(MartianPlugin.Namespace));
        return new Rig(component, compiler.StashCount, findings);
    }

    /// <summary>Why a value of the namespace cannot be used, with its place.</summary>
    public static string Refusal(string json) => Assert.Throws<DefinitionException>(() => Of(json)).Finding.ToString();

    /// <summary>Runs one call.</summary>
    /// <param name="change">Prepares the request, which goes to <c>http://up:8080/p?b=2&amp;a=1</c>.</param>
    /// <param name="response">What the backend answers.</param>
    public async Task<Outcome> RunAsync(Action<ProxyRequest>? change = null, FakeResponse? response = null)
    {
        var request = new ProxyRequest
        {
            Method = "GET",
            Host = new BackendHost("http", "up", 8080),
            Target = "/p?b=2&a=1",
            Headers = new NameValueList(ignoreCase: true),
            Query = new NameValueList(ignoreCase: false),
            Parameters = new NameValueList(ignoreCase: false),
            Body = RequestBody.Empty,
        };
        change?.Invoke(request);
        response ??= new FakeResponse();
        var calls = 0;
        var result = await new MartianMiddleware(_component, _stashes).InvokeAsync(
            request,
            (_, _) =>
            {
                calls++;
                return new(response);
            },
            CancellationToken.None);
        return new Outcome(request, result.Response, result.Error?.Message, calls);
    }

    /// <summary>The request as it goes out.</summary>
    public static async Task<ProxyRequest> SentAsync(string json, Action<ProxyRequest>? change = null)
    {
        var outcome = await Of(json).RunAsync(change);
        Assert.Null(outcome.Error);
        return outcome.Request;
    }

    /// <summary>The answer as it comes back.</summary>
    public static async Task<ClientResponse> AnswerAsync(string json, FakeResponse? response = null, Action<ProxyRequest>? change = null)
    {
        var outcome = await Of(json).RunAsync(change, response);
        Assert.Null(outcome.Error);
        return outcome.Response!;
    }
}

/// <summary>What became of a call.</summary>
/// <param name="Request">The request after the request phase.</param>
/// <param name="Response">The answer, or <see langword="null"/>.</param>
/// <param name="Error">The failure, or <see langword="null"/>.</param>
/// <param name="Calls">How often the backend was called.</param>
internal sealed record Outcome(ProxyRequest Request, ClientResponse? Response, string? Error, int Calls);

/// <summary>An answer of a backend: status, headers, a body in memory.</summary>
internal sealed class FakeResponse : ClientResponse
{
    private readonly byte[] _body;
    private int _read;

    public FakeResponse(int status = 200, string body = """{"a":1}""", params (string Name, string Value)[] headers)
    {
        StatusCode = status;
        _body = System.Text.Encoding.UTF8.GetBytes(body);
        Headers.Add("content-length", _body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var (name, value) in headers)
            Headers.Add(name, value);
    }

    public override int StatusCode { get; }
    public override long? ContentLength => _body.Length;
    public override string? ContentEncoding => Headers.Get("Content-Encoding");
    public override string? ContentType => Headers.Get("Content-Type");
    public override NameValueList Headers { get; } = new(ignoreCase: true);
    public override string FinalUrl => "http://up:8080/p";

    /// <summary>Whether the owner let go of it.</summary>
    public bool IsDisposed { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = Math.Min(buffer.Length, _body.Length - _read);
        _body.AsMemory(_read, count).CopyTo(buffer);
        _read += count;
        return new(count);
    }

    protected override void Dispose(bool disposing) => IsDisposed = true;
}

internal static class Reading
{
    /// <summary>All values of a header joined with a bar; <see langword="null"/> when absent.</summary>
    public static string? All(this NameValueList headers, string name)
    {
        var values = headers.Items.ToArray().Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static h => h.Value).ToArray();
        return values.Length == 0 ? null : string.Join('|', values);
    }

    /// <summary>The body as text.</summary>
    public static async Task<string> TextAsync(this ClientResponse response)
    {
        using var bytes = await response.ReadAllAsync(1 << 20, CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(bytes.Span);
    }
}
