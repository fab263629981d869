using Gateway.CommandLine;

namespace Gateway.Commands.Completion;

/// <summary><c>completion</c>: what makes a shell complete commands, flags and values (CFG-210).</summary>
internal static class CompletionCommand
{
    /// <param name="commands">The table of commands, which this one is part of.</param>
    public static Command Of(Func<IReadOnlyList<Command>> commands) => new()
    {
        Name = "completion",
        Purpose = "Prints the completion script of a shell",
        Description = "Prints a script that makes a shell complete the commands, flags and values of this program.",
        Usage = "completion [command]",
        Example = "completion bash > /etc/bash_completion.d/gateway",
        Subcommands =
        [
            Shell("bash", "completion bash > /etc/bash_completion.d/gateway", "For one session: source <(gateway completion bash)", () => BashScript.Of(CompletionTree.Of(commands()))),
            Shell("fish", "completion fish > ~/.config/fish/completions/gateway.fish", "For one session: gateway completion fish | source", () => FishScript.Of(CompletionTree.Of(commands()))),
            Shell("zsh", "completion zsh > \"${fpath[1]}/_gateway\"", "For one session: source <(gateway completion zsh)", () => ZshScript.Of(CompletionTree.Of(commands()))),
        ],
    };

    private static Command Shell(string name, string example, string session, Func<string> script) => new()
    {
        Name = name,
        Purpose = $"Prints the completion script of {name}",
        Description = $"Prints the completion script of {name}. {session}",
        Usage = $"completion {name} [flags]",
        Example = example,
        Run = (_, terminal) =>
        {
            terminal.Out(script());
            return Task.FromResult(ExitStatus.Success);
        },
    };
}
