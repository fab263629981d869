namespace Gateway.Core.Transport;

/// <summary>The proxy of one pool. Its credentials go to the proxy only and never into a text (RTE-328).</summary>
internal sealed class OutgoingProxy
{
    public OutgoingProxy(Uri address)
    {
        Host = address.IdnHost.Trim('[', ']');
        Port = address.Port;
        IsSecure = address.Scheme == "https";
        Authorization = address.UserInfo.Length == 0 ? null : HostParser.BasicAuthorization(address.UserInfo);
    }

    public string Host { get; }

    public int Port { get; }

    /// <summary>Whether the connection to the proxy itself is TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>Value of <c>Proxy-Authorization</c>, or <see langword="null"/>.</summary>
    public string? Authorization { get; }
}
