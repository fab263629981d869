using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.JsonSchemaValidation;

/// <summary>The value of <c>validation/response-json-schema</c>.</summary>
internal sealed class ResponseSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>The JSON Schema that the data must satisfy.</summary>
    [ConfigRequired]
    public ConfigNode? Schema { get; init; }

    /// <summary>What is answered when the data does not match.</summary>
    public ErrorSettings Error { get; init; } = new();

    /// <summary>Reads and judges a value; <see langword="null"/> with the reasons reported when it cannot be used.</summary>
    public static ResponseSettings? Read(ConfigNode config, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<ResponseSettings>(config, path, out var settings))
            return null;
        var error = settings.Error;
        if (error.Status is < 200 or > 599)
        {
            error.Source!.Error(diagnostics, "status", $"{error.Status} is no HTTP status of an answer; expected 200 to 599");
            return null;
        }
        if (error.ContentType.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            error.Source!.Error(diagnostics, "content_type", $"{ConfigText.Quote(error.ContentType)} is no media type; expected one such as \"application/json\"");
            return null;
        }
        return settings;
    }
}

/// <summary>What is answered when the data does not match.</summary>
internal sealed class ErrorSettings
{
    /// <summary>Where it stands; <see langword="null"/> when it does not.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>HTTP status of the answer.</summary>
    public int Status { get; init; } = 500;

    /// <summary>Body of the answer; the list of what does not match when empty.</summary>
    public string Body { get; init; } = "";

    /// <summary>Media type of that body.</summary>
    public string ContentType { get; init; } = "text/plain";
}
