using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Messages;

/// <summary>One call of the backend on its way through the modifiers of both phases.</summary>
internal struct Call(ProxyRequest request, int stashCount)
{
    /// <summary>The request, changed in place.</summary>
    public readonly ProxyRequest Request = request;

    /// <summary>URLs that the request phase put aside for the response phase; <see langword="null"/> when nobody does.</summary>
    public readonly string?[]? Stashes = stashCount == 0 ? null : new string?[stashCount];

    /// <summary>The answer; <see langword="null"/> in the request phase.</summary>
    public ClientResponse? Response;

    [MemberNotNullWhen(true, nameof(Response))]
    public readonly bool IsResponse => Response is not null;

    /// <summary>The answer in a form that can be changed.</summary>
    public EditedResponse Edit()
    {
        var edited = EditedResponse.Of(Response!);
        Response = edited;
        return edited;
    }
}
