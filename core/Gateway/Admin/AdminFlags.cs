using Gateway.CommandLine;
using Gateway.Core.Configuration;

namespace Gateway.Admin;

/// <summary>How the command line names the admin listener.</summary>
internal static class AdminFlags
{
    /// <summary>Environment variable that holds the token.</summary>
    public const string TokenVariable = "GATEWAY_ADMIN_TOKEN";

    /// <summary>For <c>run</c>: where to listen.</summary>
    public static readonly Flag Listen = new("admin", null, FlagKind.Text,
        $"Address of the admin listener: 127.0.0.1:8081, [::1]:8081 or unix:/run/gateway.sock; its token is taken from {TokenVariable}");

    /// <summary>For those who call: where a gateway listens.</summary>
    public static readonly Flag Address = new("admin", null, FlagKind.Text, "Address of the gateway's admin listener: 127.0.0.1:8081, [::1]:8081 or unix:/run/gateway.sock");

    /// <summary>For those who call: the token.</summary>
    public static readonly Flag TokenFile = new("token-file", null, FlagKind.Text, $"File with the token of the admin listener; else it is taken from {TokenVariable}");

    /// <summary>The listener that <c>run</c> is asked for, or <see langword="null"/>. Throws <see cref="UsageException"/> for a wrong address.</summary>
    public static AdminConfig? Config(Arguments arguments) => arguments.Text(Listen.Name) is { } text
        ? new AdminConfig { Listen = Parse(text), Token = Environment.GetEnvironmentVariable(TokenVariable) ?? "" }
        : null;

    /// <summary>The gateway to call. Throws <see cref="UsageException"/> without an address or with a wrong one, <see cref="AdminException"/> without a token.</summary>
    public static AdminClient Client(Arguments arguments)
    {
        if (arguments.Text(Address.Name) is not { } address)
            throw new UsageException("flag needs to be given: --admin, the address of the gateway's admin listener");
        var token = arguments.Text(TokenFile.Name) is { } file ? AdminToken.Read(file) : Environment.GetEnvironmentVariable(TokenVariable) ?? "";
        if (token.Length == 0)
            throw new AdminException($"no token: name its file with --token-file, or set {TokenVariable}");
        return new AdminClient(Parse(address), token);
    }

    private static AdminAddress Parse(string text) =>
        AdminAddress.Parse(text, out var address) is { } fault ? throw new UsageException($"invalid argument for \"--{Listen.Name}\": {fault}") : address!;
}
