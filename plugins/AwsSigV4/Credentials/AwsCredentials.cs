namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>An access key of AWS, perhaps of a session.</summary>
/// <param name="accessKeyId">Id of the key; stands in signatures.</param>
/// <param name="secretAccessKey">The key itself.</param>
/// <param name="sessionToken">Token of the session, or <see langword="null"/> for a key that lasts.</param>
internal sealed class AwsCredentials(string accessKeyId, string secretAccessKey, string? sessionToken)
{
    public string AccessKeyId { get; } = accessKeyId;

    public string SecretAccessKey { get; } = secretAccessKey;

    public string? SessionToken { get; } = string.IsNullOrEmpty(sessionToken) ? null : sessionToken;

    /// <summary>Whether the parts can be what they say: nothing that a header could not have.</summary>
    public bool IsUsable => IsPlain(AccessKeyId) && SecretAccessKey.Length > 0 && (SessionToken is null || IsPlain(SessionToken));

    /// <summary>Nothing of the key.</summary>
    public override string ToString() => nameof(AwsCredentials);

    private static bool IsPlain(string text) => text.Length is > 0 and <= 16 << 10 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
