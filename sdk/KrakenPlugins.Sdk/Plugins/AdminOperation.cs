using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>What a plugin does for an operator who asks through the admin listener.</summary>
/// <param name="Method">Upper-case method: <c>GET</c> for what only looks, else <c>POST</c>, <c>PUT</c>, <c>PATCH</c> or <c>DELETE</c>.</param>
/// <param name="Path">What follows <c>/plugins/ID/</c>: segments of lower-case letters, digits and <c>-</c>, such as <c>purge</c>.</param>
/// <param name="Summary">What it does, in one sentence for <c>GET /plugins</c>.</param>
/// <param name="RunAsync">
/// Does it; called by several operators at once. Its token fires when the operator leaves or ten seconds are over. What it throws is
/// answered 500 without detail and logged.
/// </param>
public sealed record AdminOperation(string Method, string Path, string Summary, Func<AdminRequest, CancellationToken, ValueTask<AdminAnswer>> RunAsync);

/// <summary>What an operator asks for.</summary>
/// <param name="Query">Parameters of the query string, decoded.</param>
/// <param name="Body">The body, up to 4 KiB.</param>
public sealed record AdminRequest(NameValueList Query, ReadOnlyMemory<byte> Body);

/// <summary>What an operator is told; holds no secrets.</summary>
/// <param name="Status">HTTP status, 200 to 599.</param>
/// <param name="Document">What is sent as JSON.</param>
public sealed record AdminAnswer(int Status, DataObject Document)
{
    /// <summary>A refusal: an object with the member <c>error</c>.</summary>
    /// <param name="status">HTTP status, 400 to 599.</param>
    /// <param name="message">What is wrong and what was expected.</param>
    public static AdminAnswer Refused(int status, string message) => new(status, new DataObject { ["error"] = new DataString(message) });
}
