namespace Gateway.Commands.Plugins;

/// <summary>This executable, for whoever starts it once more.</summary>
internal static class GatewayExecutable
{
    /// <summary>The program and the arguments in front of the gateway's own: started through <c>dotnet gateway.dll</c>, the process is dotnet.</summary>
    public static IReadOnlyList<string> Command { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "gateway.dll")]
        : [Environment.ProcessPath!];
}
