using KrakenPlugins.Resp.Wire;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Connections;

/// <summary>What is said first on a connection: protocol 3 where the server knows it, credentials, name, database.</summary>
internal static class RespHandshake
{
    /// <summary>Runs it.</summary>
    /// <exception cref="IOException">The server refuses something.</exception>
    public static async Task RunAsync(Stream stream, RespReader reader, RespOptions options, CancellationToken cancellationToken)
    {
        var buffer = new RespBuffer();
        Hello(buffer, options);
        var hello = await AskAsync(stream, reader, buffer, cancellationToken).ConfigureAwait(false);
        if (!hello.IsFailed && hello.Kind != RedisReplyKind.List)
            throw new RespProtocolException("the server does not answer like Redis");
        if (hello.IsFailed)
        {
            if (!hello.Error.StartsWith("NOPROTO", StringComparison.Ordinal) && !hello.Error.StartsWith("ERR unknown command", StringComparison.OrdinalIgnoreCase))
                throw Refused(hello);
            await GreetOldAsync(stream, reader, buffer, options, cancellationToken).ConfigureAwait(false);
        }
        if (options.Database == 0)
            return;
        buffer.Begin(2);
        buffer.Part("SELECT"u8);
        buffer.Part(options.Database);
        await NeedAsync(stream, reader, buffer, cancellationToken).ConfigureAwait(false);
    }

    private static void Hello(RespBuffer buffer, RespOptions options)
    {
        var hasCredentials = options.Password.Length > 0 || options.User.Length > 0;
        buffer.Begin(2 + (hasCredentials ? 3 : 0) + (options.ClientName.Length > 0 ? 2 : 0));
        buffer.Part("HELLO"u8);
        buffer.Part("3"u8);
        if (hasCredentials)
        {
            buffer.Part("AUTH"u8);
            buffer.Part(options.User.Length > 0 ? options.User : "default");
            buffer.Part(options.Password);
        }
        if (options.ClientName.Length > 0)
        {
            buffer.Part("SETNAME"u8);
            buffer.Part(options.ClientName);
        }
    }

    /// <summary>Servers before version 6.</summary>
    private static async Task GreetOldAsync(Stream stream, RespReader reader, RespBuffer buffer, RespOptions options, CancellationToken cancellationToken)
    {
        if (options.Password.Length > 0 || options.User.Length > 0)
        {
            buffer.Begin(options.User.Length > 0 ? 3 : 2);
            buffer.Part("AUTH"u8);
            if (options.User.Length > 0)
                buffer.Part(options.User);
            buffer.Part(options.Password);
            await NeedAsync(stream, reader, buffer, cancellationToken).ConfigureAwait(false);
        }
        if (options.ClientName.Length == 0)
            return;
        buffer.Begin(3);
        buffer.Part("CLIENT"u8);
        buffer.Part("SETNAME"u8);
        buffer.Part(options.ClientName);
        await NeedAsync(stream, reader, buffer, cancellationToken).ConfigureAwait(false);
    }

    private static async Task NeedAsync(Stream stream, RespReader reader, RespBuffer buffer, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(stream, reader, buffer, cancellationToken).ConfigureAwait(false);
        if (reply.IsFailed)
            throw Refused(reply);
    }

    private static async Task<RedisReply> AskAsync(Stream stream, RespReader reader, RespBuffer buffer, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
        buffer.Clear();
        RedisReply reply;
        while (!reader.TryRead(out reply))
        {
            var count = await stream.ReadAsync(reader.Free(), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw new IOException("the server closed the connection");
            reader.Add(count);
        }
        // What stands behind it would be taken for the answer to a command.
        return reader.IsEmpty ? reply : throw new RespProtocolException("the server sends a reply that nobody asked for");
    }

    // Only the error's first word: the rest may repeat what was sent.
    private static IOException Refused(RedisReply reply)
    {
        var word = reply.Error.Split(' ')[0];
        return new IOException($"the server refuses the connection: {(word.Length > 40 ? word[..40] : word)}");
    }
}
