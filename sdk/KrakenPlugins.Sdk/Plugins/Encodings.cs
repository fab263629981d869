using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>Turns the body of a backend's answer into data. Takes ownership of <paramref name="body"/> in every case.</summary>
/// <param name="body">The body, inflated.</param>
/// <param name="payload">The data, or <see langword="null"/> for a <c>null</c> document.</param>
/// <param name="error">Why it cannot be decoded, for people.</param>
/// <returns>Whether it could be decoded.</returns>
public delegate bool BodyDecoder(PooledBytes body, out Payload? payload, out string? error);

/// <summary>Writes data for the client.</summary>
/// <param name="data">The data; <see langword="null"/> for a <c>null</c> document.</param>
/// <param name="output">Where it is written.</param>
public delegate void BodyRender(Payload? data, System.Buffers.IBufferWriter<byte> output);

/// <summary>An output encoding: writes the data of an answer for the client. One instance serves all requests of an endpoint.</summary>
public interface IBodyRender
{
    /// <summary>Value of <c>Content-Type</c>.</summary>
    string ContentType { get; }

    /// <summary>Writes data; an exception is answered 500 (RTE-124). Called concurrently.</summary>
    /// <param name="data">The data; <see langword="null"/> for a <c>null</c> document.</param>
    /// <param name="output">Where it is written.</param>
    void Write(Payload? data, IBufferWriter<byte> output);
}
