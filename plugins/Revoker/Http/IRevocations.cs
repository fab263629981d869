using System.Text.Json;

namespace KrakenPlugins.Revoker.Http;

/// <summary>What an API revokes in, and asks.</summary>
internal interface IRevocations
{
    /// <summary>Revokes elements; returns when they are effective wherever they can be reached.</summary>
    Task AddAsync(IReadOnlyList<byte[]> elements, CancellationToken cancellationToken);

    /// <summary>Who has an element, and who has not.</summary>
    Task<(IReadOnlyList<string> Hits, IReadOnlyList<string> Misses)> FindAsync(byte[] element, CancellationToken cancellationToken);

    /// <summary>Writes what <c>GET /status</c> answers.</summary>
    void WriteStatus(Utf8JsonWriter json);
}
