using System.Net;
using System.Text.Json;
using Gateway.Core;

namespace Gateway.Commands.Lint;

/// <summary>
/// Reads a schema of the user's own and what it refers to: files, and addresses with http or https (CFG-224). A schema that was
/// downloaded reads no files. One is used for one schema.
/// </summary>
internal sealed class SchemaSource : IDisposable
{
    /// <summary>Levels of nesting that a schema may have.</summary>
    public const int MaxDepth = 500;

    private const int MaxBytes = 16 << 20;
    private const int MaxDocuments = 200;
    private static readonly TimeSpan s_downloadTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_wholeTime = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _deadline = new(s_wholeTime);
    private HttpClient? _client;
    private int _documents;

    /// <summary>Where a schema is.</summary>
    /// <param name="place">A file, relative to the working directory, or an address.</param>
    /// <exception cref="LintException">It is neither.</exception>
    public static Uri AddressOf(string place)
    {
        if (place.Length == 0 || place.Contains('\0', StringComparison.Ordinal))
            throw new LintException("--lint-schema needs a file or an address with http or https");
        if (!place.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !place.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return new Uri(Path.GetFullPath(place));
        return Uri.TryCreate(place, UriKind.Absolute, out var address) ? address : throw new LintException($"{place}: this is no valid address");
    }

    /// <summary>Reads a schema.</summary>
    /// <exception cref="LintException">It cannot be read or is no JSON.</exception>
    public JsonElement Read(Uri address)
    {
        var name = address.IsFile ? address.LocalPath : address.AbsoluteUri;
        if (++_documents > MaxDocuments)
            throw new LintException($"{name}: the schema refers to more than {MaxDocuments} documents");
        try
        {
            var content = address.IsFile ? ReadFile(address.LocalPath) : Download(address);
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LintException($"{name}: no such file or directory");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HttpRequestException or InvalidDataException)
        {
            throw new LintException($"{name}: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            throw new LintException($"{name}: no answer within {s_downloadTime.TotalSeconds:0} seconds");
        }
        catch (JsonException exception)
        {
            throw new LintException($"{name}: this is no JSON: {exception.Message}");
        }
    }

    /// <summary>Reads what a schema refers to; <see langword="null"/> for what is out of its reach.</summary>
    /// <param name="root">Where the schema is.</param>
    /// <param name="uri">What it refers to.</param>
    public JsonElement? Resolve(Uri root, string uri)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address))
            return null;
        if (address.IsFile)
            return root.IsFile ? Read(address) : null;
        return address.Scheme is "http" or "https" ? Read(address) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Dispose();
        _deadline.Dispose();
    }

    private static ReadOnlyMemory<byte> ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        return ReadAll(file, CancellationToken.None);
    }

    private ReadOnlyMemory<byte> Download(Uri address)
    {
        _client ??= NewClient();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token);
        time.CancelAfter(s_downloadTime);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = _client.Send(request, HttpCompletionOption.ResponseHeadersRead, time.Token);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidDataException($"expected status 200, not {(int)response.StatusCode}");
        using var content = response.Content.ReadAsStream(time.Token);
        // A synchronous read of a connection heeds no token; closing it ends the read.
        using var end = time.Token.Register(static stream => ((Stream)stream!).Dispose(), content);
        try
        {
            return ReadAll(content, time.Token);
        }
        catch (Exception) when (time.IsCancellationRequested)
        {
            throw new OperationCanceledException(time.Token);
        }
    }

    private static HttpClient NewClient()
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = s_downloadTime, AutomaticDecompression = DecompressionMethods.All, MaxAutomaticRedirections = 5 });
        client.DefaultRequestHeaders.UserAgent.ParseAdd(Product.UserAgent);
        client.DefaultRequestHeaders.Accept.ParseAdd("application/schema+json, application/json, */*;q=0.5");
        return client;
    }

    private static ReadOnlyMemory<byte> ReadAll(Stream stream, CancellationToken ct)
    {
        var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (stream.Read(buffer) is var count and > 0)
        {
            ct.ThrowIfCancellationRequested();
            if (content.Length + count > MaxBytes)
                throw new InvalidDataException($"it is larger than {MaxBytes >> 20} MiB");
            content.Write(buffer, 0, count);
        }
        ReadOnlyMemory<byte> all = content.GetBuffer().AsMemory(0, (int)content.Length);
        return all.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? all[3..] : all;
    }
}
