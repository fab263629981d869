using System.Text;

namespace Gateway.Corpus;

/// <summary>Holds the gateway against the table, file by file.</summary>
/// <param name="folder">Folder of the files.</param>
/// <param name="gateway">Path of the executable.</param>
/// <param name="upstreams">Who answers the gateway's calls.</param>
/// <param name="issuer">Who signs the tokens of the calls.</param>
/// <param name="scratch">A folder to write to.</param>
internal sealed class CorpusRun(string folder, string gateway, Upstreams upstreams, Issuer issuer, string scratch)
{
    /// <summary>The file's differences from what is expected; none is good.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(Expectation expected)
    {
        var faults = new List<string>();
        var rendered = Path.Combine(scratch, "rendered.json");
        File.Delete(rendered);
        var environment = Environment(expected, rendered);
        var process = new GatewayUnderTest(gateway, Path.Combine(folder, expected.Directory), environment);
        string[] load = ["-c", expected.Directory.Length == 0 ? expected.File : Path.Combine(folder, expected.File), "--allow-missing", "*"];

        var check = await process.RunAsync(["check", "-t", .. load]);
        foreach (var text in expected.Refused.Concat(expected.Warns))
        {
            if (!check.Text.Contains(text, StringComparison.Ordinal))
                faults.Add($"check does not say: {text}");
        }
        var isRefused = expected.Refused.Count > 0;
        if (check.Status != (isRefused ? 1 : 0))
            faults.Add($"check ends with {check.Status}");
        if (faults.Count > 0)
            faults.Add(check.Text);
        else if (!isRefused)
            await ServeAsync(expected, process, load, File.Exists(rendered) ? rendered : Path.Combine(folder, expected.File), faults);
        return faults;
    }

    private async Task ServeAsync(Expectation expected, GatewayUnderTest process, string[] load, string document, List<string> faults)
    {
        var endpoints = Endpoints.Read(await File.ReadAllBytesAsync(document));
        upstreams.Backends = endpoints.Backends;
        upstreams.KeyPaths = endpoints.KeyPaths;
        foreach (var host in upstreams.Open(endpoints.LocalHosts))
            faults.Add($"{host}: another program has this port");
        try
        {
            if (await process.ServeAsync(load, client => CallAsync(expected, endpoints, client, faults)) is { } failure)
                faults.Add(failure);
        }
        finally
        {
            upstreams.CloseLocal();
        }
    }

    private async Task CallAsync(Expectation expected, Endpoints endpoints, HttpClient client, List<string> faults)
    {
        foreach (var call in endpoints.Calls)
        {
            var name = $"{call.Method} {call.Endpoint}";
            if (call.Validator is not null)
            {
                using var refusal = await SendAsync(client, call, endpoints.Host, token: null);
                if ((int)refusal.StatusCode != 401)
                    faults.Add($"{name} answers {(int)refusal.StatusCode} to nobody");
            }
            using var answer = await SendAsync(client, call, endpoints.Host, call.Validator is { } validator ? issuer.TokenFor(validator) : null);
            var wanted = expected.Answers.TryGetValue(name, out var other) ? other.Status : 200;
            if ((int)answer.StatusCode != wanted)
                faults.Add($"{name} answers {(int)answer.StatusCode} instead of {wanted}: {await answer.Content.ReadAsStringAsync()}");
        }
        foreach (var name in expected.Answers.Keys.Except(endpoints.Calls.Select(static c => $"{c.Method} {c.Endpoint}")))
            faults.Add($"the table names {name}, which is no endpoint");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Call call, string? host, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Path);
        if (call.Method is "POST" or "PUT" or "PATCH")
            request.Content = new StringContent("{\"id\":1}", Encoding.UTF8, "application/json");
        request.Headers.Host = host;
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return await client.SendAsync(request);
    }

    private Dictionary<string, string> Environment(Expectation expected, string rendered)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HTTP_PROXY"] = $"http://127.0.0.1:{upstreams.Port}",
            ["HTTPS_PROXY"] = $"http://127.0.0.1:{upstreams.Port}",
            ["NO_PROXY"] = "",
            ["SSL_CERT_FILE"] = upstreams.CertificateFile,
        };
        foreach (var (name, value) in expected.Environment)
            environment[name] = InFolder(value);
        if (environment.ContainsKey("FC_ENABLE"))
            environment["FC_OUT"] = rendered;
        if (expected.Behaviour is { } behaviour)
        {
            var file = Path.Combine(scratch, "flexible_config.json");
            File.WriteAllText(file, InFolder(behaviour.GetRawText()).Replace("$OUT", rendered, StringComparison.Ordinal));
            environment["FC_CONFIG"] = file;
        }
        return environment;
    }

    private string InFolder(string text) => text.Replace("$DIR", folder, StringComparison.Ordinal);
}
