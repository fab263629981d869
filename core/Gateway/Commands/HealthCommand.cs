using System.Globalization;
using System.Net.Security;
using Gateway.CommandLine;

namespace Gateway.Commands;

/// <summary><c>health</c>: asks a running gateway whether it is well, for the health checks of containers without any other program.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    public static Command Definition { get; } = new()
    {
        Name = "health",
        Purpose = "Asks a running gateway whether it is well",
        Description = "Calls the health endpoint of a gateway and ends with 0 when it answers 200 within 3 s, else with 1. Without a URL it is the gateway of this machine, on the port of KRAKEND_PORT or 8080.",
        Usage = "health [URL] [flags]",
        Example = "health https://127.0.0.1:8443/__health --insecure",
        Flags = [new("insecure", null, FlagKind.Switch, "Takes any certificate: behind 127.0.0.1 no name can match")],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional.Count > 1)
            throw new UsageException("health takes one URL");
        var text = arguments.Positional.Count == 1 ? arguments.Positional[0] : DefaultUrl();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new UsageException($"\"{text}\" is no URL of http or https, such as http://127.0.0.1:8080/__health");

        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (arguments.Has("insecure"))
            handler.SslOptions.RemoteCertificateValidationCallback = AnyCertificate;
        using var client = new HttpClient(handler) { Timeout = s_limit };
        try
        {
            using var answer = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
            if ((int)answer.StatusCode == 200)
                return ExitStatus.Success;
            terminal.Error($"{url} answers {(int)answer.StatusCode}\n");
        }
        catch (HttpRequestException exception)
        {
            terminal.Error($"{url} does not answer: {exception.InnerException?.Message ?? exception.Message}\n");
        }
        catch (OperationCanceledException)
        {
            terminal.Error($"{url} does not answer within {s_limit.TotalSeconds} s\n");
        }
        return ExitStatus.Failure;
    }

    // Only a probe of the own machine asks for it, and it sends nothing that were secret.
    private static bool AnyCertificate(object sender, System.Security.Cryptography.X509Certificates.X509Certificate? certificate, System.Security.Cryptography.X509Certificates.X509Chain? chain, SslPolicyErrors errors) => true;

    private static string DefaultUrl()
    {
        // Kubernetes may have set it to tcp://…
        var port = ushort.TryParse(Environment.GetEnvironmentVariable("KRAKEND_PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : 8080;
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/__health");
    }
}
