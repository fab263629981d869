using System.Net;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Packages;

/// <summary>
/// A NuGet feed of protocol version 3: its service index names the PackageBaseAddress, under which versions and packages lie
/// (learn.microsoft.com/nuget/api/package-base-address-resource). Every answer is bounded in size and time.
/// </summary>
/// <param name="index">Address of the service index.</param>
internal sealed class HttpFeed(Uri index) : IPackageFeed
{
    private const string BaseAddressType = "PackageBaseAddress/3";

    private readonly string _name = ConfigText.WithoutCredentials(index.ToString());

    /// <inheritdoc/>
    public async Task<PluginPackage> FetchAsync(string id, SemanticVersion? version)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = 5, AutomaticDecompression = DecompressionMethods.All }) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new("gateway", Product.Version));
        var address = await BaseAddressAsync(client).ConfigureAwait(false);
        var package = Uri.EscapeDataString(id.ToLowerInvariant());
        var chosen = FeedVersions.Choose(id, _name, await VersionsAsync(client, new Uri(address, $"{package}/index.json"), id).ConfigureAwait(false), version);
        var number = Uri.EscapeDataString(chosen.ToLowerInvariant());
        var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
        });
        try
        {
            var source = new Uri(address, $"{package}/{number}/{package}.{number}.nupkg");
            if (!await ReadAsync(client, source, file, PackageLimits.Packed).ConfigureAwait(false))
                throw new PackageException($"{_name} lists {id} {chosen}, but does not have it: {Shown(source)} is 404");
            return ZipPackage.Open(file, Shown(source));
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Uri> BaseAddressAsync(HttpClient client)
    {
        using var document = await DocumentAsync(client, index).ConfigureAwait(false)
            ?? throw new PackageException($"{_name} is no service index of a NuGet feed: it is 404");
        foreach (var resource in Members(document.RootElement, "resources"))
        {
            if (Text(resource, "@type")?.StartsWith(BaseAddressType, StringComparison.Ordinal) == true && Text(resource, "@id") is { } id)
                return Address(id);
        }
        throw new PackageException($"{_name} is no service index of a NuGet feed: it names no {BaseAddressType}.0.0");
    }

    private Uri Address(string text)
    {
        if (!Uri.TryCreate(index, text.EndsWith('/') ? text : text + "/", out var address) || address.Scheme is not ("http" or "https"))
            throw new PackageException($"{_name} names {ConfigText.Quote(text)}, which is no HTTP address");
        if (index.Scheme == "https" && address.Scheme != "https")
            throw new PackageException($"{_name} sends to {ConfigText.Quote(text)}, which is not encrypted");
        return address;
    }

    private async Task<string[]> VersionsAsync(HttpClient client, Uri address, string id)
    {
        using var document = await DocumentAsync(client, address).ConfigureAwait(false)
            ?? throw new PackageException($"{_name} has no package {id}");
        return [.. Members(document.RootElement, "versions").Where(static v => v.ValueKind == JsonValueKind.String).Select(static v => v.GetString()!)];
    }

    private static async Task<JsonDocument?> DocumentAsync(HttpClient client, Uri address)
    {
        using var content = new MemoryStream();
        if (!await ReadAsync(client, address, content, PackageLimits.Document).ConfigureAwait(false))
            return null;
        try
        {
            return JsonDocument.Parse(content.ToArray());
        }
        catch (JsonException exception)
        {
            throw new PackageException($"{Shown(address)} does not answer as a NuGet feed: {exception.Message}");
        }
    }

    // False when there is no such document.
    private static async Task<bool> ReadAsync(HttpClient client, Uri address, Stream into, long most)
    {
        using var deadline = new CancellationTokenSource(PackageLimits.Answer);
        try
        {
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return false;
            if (!response.IsSuccessStatusCode)
                throw new PackageException($"{Shown(address)} answers {(int)response.StatusCode}");
            var body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
                await CopyAsync(body, into, most, address, deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            throw new PackageException($"{Shown(address)} did not answer within {PackageLimits.Answer.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            throw new PackageException($"{Shown(address)} cannot be read: {exception.Message}");
        }
    }

    private static async Task CopyAsync(Stream body, Stream into, long most, Uri address, CancellationToken ct)
    {
        var buffer = new byte[81920];
        for (int read; (read = await body.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0; most -= read)
        {
            if (read > most)
                throw new PackageException($"{Shown(address)} is larger than a {(into is FileStream ? "package" : "document of a feed")} may be");
            await into.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
        }
    }

    private static JsonElement[] Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string Shown(Uri address) => ConfigText.WithoutCredentials(address.ToString());
}
