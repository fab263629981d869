namespace KrakenPlugins.Resp.Wire;

/// <summary>What a server sent is no RESP, or more than it may be; its connection is closed.</summary>
public sealed class RespProtocolException(string message) : IOException(message);
