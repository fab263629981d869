using System.Net.Sockets;

namespace Gateway.Core.Server;

/// <summary>Why an address could not be bound.</summary>
internal static class ListenFailure
{
    /// <summary>The operating system's reason, or <see langword="null"/> when the exception is about something else.</summary>
    public static string? Reason(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
            {
                return socket.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => "address already in use",
                    SocketError.AccessDenied => "permission denied",
                    SocketError.AddressNotAvailable => "the address is not one of this machine",
                    _ => socket.Message,
                };
            }
        }
        return exception is IOException ? exception.Message : null;
    }
}
