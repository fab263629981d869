using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine;

/// <summary>
/// Flags by the rules of POSIX and GNU (CFG-204): <c>--config f</c>, <c>--config=f</c>, <c>-c f</c>, <c>-cf</c>, <c>-c=f</c>,
/// bundles with the valued flag last (<c>-tlc f</c>), counted flags (<c>-dd</c>), flags before and after other arguments,
/// <c>--</c> ends them.
/// </summary>
/// <remarks>
/// Why not a library: System.CommandLine 3.0.0 understands this grammar, but a parse costs 15 ms of the start (measured, compiled
/// ahead of time), and its texts, streams and exit statuses would all have to be replaced.
/// </remarks>
internal static class FlagParser
{
    /// <summary>Sorts arguments into flags and others.</summary>
    /// <exception cref="UsageException">A flag is unknown, lacks its value, or has one of the wrong kind.</exception>
    public static Arguments Parse(IReadOnlyList<Flag> flags, ReadOnlySpan<string> args)
    {
        var parsed = new Arguments();
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                foreach (var rest in args[(i + 1)..])
                    parsed.Positional.Add(rest);
                break;
            }
            if (arg.StartsWith("--", StringComparison.Ordinal))
                ParseLong(flags, args, ref i, parsed);
            else if (arg.Length > 1 && arg[0] == '-')
                ParseBundle(flags, args, ref i, parsed);
            else
                parsed.Positional.Add(arg);
        }
        return parsed;
    }

    private static void ParseLong(IReadOnlyList<Flag> flags, ReadOnlySpan<string> args, ref int i, Arguments parsed)
    {
        var arg = args[i];
        var equals = arg.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? arg[2..] : arg[2..equals];
        if (Find(flags, name) is not { } flag)
        {
            var near = NearestName.Find(name, flags.Select(static f => f.Name));
            throw new UsageException($"unknown flag: --{name}{(near is null ? "" : $"; did you mean --{near}?")}", name);
        }
        if (equals >= 0)
            parsed.Add(flag, arg[(equals + 1)..]);
        else if (!flag.TakesValue)
            parsed.Add(flag, null);
        else if (++i < args.Length)
            parsed.Add(flag, args[i]);
        else
            throw new UsageException($"flag needs an argument: --{name}");
    }

    private static void ParseBundle(IReadOnlyList<Flag> flags, ReadOnlySpan<string> args, ref int i, Arguments parsed)
    {
        var bundle = args[i];
        for (var at = 1; at < bundle.Length; at++)
        {
            if (Find(flags, bundle[at]) is not { } flag)
                throw new UsageException($"unknown shorthand flag: '{bundle[at]}' in {bundle}");
            var rest = bundle[(at + 1)..];
            if (rest.Length > 1 && rest[0] == '=')
            {
                parsed.Add(flag, rest[1..]);
                return;
            }
            if (!flag.TakesValue)
            {
                parsed.Add(flag, null);
                continue;
            }
            if (rest.Length > 0)
                parsed.Add(flag, rest);
            else if (++i < args.Length)
                parsed.Add(flag, args[i]);
            else
                throw new UsageException($"flag needs an argument: '{bundle[at]}' in {bundle}");
            return;
        }
    }

    private static Flag? Find(IReadOnlyList<Flag> flags, string name)
    {
        foreach (var flag in flags)
        {
            if (flag.Name == name)
                return flag;
        }
        return null;
    }

    private static Flag? Find(IReadOnlyList<Flag> flags, char name)
    {
        foreach (var flag in flags)
        {
            if (flag.Short == name)
                return flag;
        }
        return null;
    }
}
