using System.Text;
using Gateway.CommandLine;

namespace Gateway.Commands.Completion;

/// <summary>The script of zsh: a file of <c>fpath</c>, or to be sourced behind <c>compinit</c>.</summary>
internal static class ZshScript
{
    /// <summary>The script.</summary>
    public static string Of(IReadOnlyList<CompletionPlace> places)
    {
        var text = new StringBuilder("#compdef gateway\n# zsh completion of gateway, made by: gateway completion zsh\n\n");
        text.Append("_gateway_next() {\n    case \"$1 $2\" in\n");
        foreach (var place in places)
        {
            foreach (var word in place.Commands)
                text.Append("    (").Append(CompletionTree.Quoted($"{place.Path} {word.Name}")).Append(") where=").Append(CompletionTree.Quoted($"{place.Path} {word.Current}")).Append(" ;;\n");
            if (place.WrapsCommand)
                text.Append("    (").Append(CompletionTree.Quoted($"{place.Path} --")).Append(") where= ;;\n");
        }
        text.Append("    (*' --') where=' --' ;;\n    esac\n}\n\n_gateway_words() {\n    case \"$1\" in\n");
        foreach (var place in places.Where(static p => p.Commands.Count > 0))
            Append(text, place.Path, place.Commands.Select(static w => (w.Name, w.Purpose)));
        text.Append("    esac\n}\n\n_gateway_flags() {\n    case \"$1\" in\n");
        foreach (var place in places.Where(static p => p.Flags.Count > 0))
            Append(text, place.Path, place.Flags.SelectMany(static f => CompletionTree.Spellings(f).Select(s => (s, f.Description))));
        text.Append("    esac\n}\n\n_gateway_operands() {\n    case \"$1\" in\n");
        foreach (var place in places.Where(static p => p.Operands != FlagCompletion.None))
            text.Append("    (").Append(CompletionTree.Quoted(place.Path)).Append(") ").Append(place.Operands == FlagCompletion.Folder ? "_files -/" : "_files").Append(" ;;\n");
        text.Append("    (' --') _files ;;\n    esac\n}\n\n_gateway_value() {\n    case \"$1 $2\" in\n");
        foreach (var place in places)
        {
            foreach (var flag in place.Flags.Where(static f => f.TakesValue))
                text.Append("    (").AppendJoin('|', CompletionTree.Spellings(flag).Select(s => CompletionTree.Quoted($"{place.Path} {s}"))).Append(") value=").Append(Value(flag)).Append(" ;;\n");
        }
        return text.Append("    (*) value= ;;\n    esac\n}\n\n").Append(Body).ToString();
    }

    private static void Append(StringBuilder text, string path, IEnumerable<(string Name, string Description)> entries)
    {
        text.Append("    (").Append(CompletionTree.Quoted(path)).Append(") found=(\n");
        foreach (var (name, description) in entries)
            text.Append("        ").Append(CompletionTree.Quoted($"{name}:{description}")).Append('\n');
        text.Append("    ) ;;\n");
    }

    private static string Value(Flag flag) => flag.Values.Count > 0
        ? CompletionTree.Quoted(string.Join(' ', flag.Values))
        : flag.Completion switch { FlagCompletion.File => "@file", FlagCompletion.Folder => "@folder", _ => "@text" };

    private const string Body = """
        _gateway() {
            local where= value= word prev cur i
            local -a found
            cur=${words[CURRENT]}
            prev=${words[CURRENT-1]}
            for ((i = 2; i < CURRENT; i++)); do
                word=${words[i]}
                _gateway_value "$where" "$word"
                if [[ -n $value ]]; then
                    ((i++))
                else
                    _gateway_next "$where" "$word"
                fi
            done
            if [[ $cur == --*=* ]]; then
                prev=${cur%%=*}
                compset -P '*='
            elif [[ $prev == -[A-Za-z][A-Za-z]* ]]; then
                # The last one of "-dc" takes the value.
                prev=-${prev[-1]}
            fi
            _gateway_value "$where" "$prev"
            if [[ -n $value && $where != ' --' ]]; then
                case $value in
                (@file) _files ;;
                (@folder) _files -/ ;;
                (@text) ;;
                (*) found=(${=value}); compadd -a found ;;
                esac
            elif [[ $cur == -* ]]; then
                _gateway_flags "$where"
                _describe -o -t flags flag found
            else
                _gateway_words "$where"
                (( $#found )) && _describe -t commands command found
                _gateway_operands "$where"
            fi
        }

        # As a file of fpath it is called; sourced, it registers itself.
        if [[ ${funcstack[1]} == _gateway ]]; then
            _gateway "$@"
        else
            compdef _gateway gateway
        fi

        """;
}
