using System.Text;
using Gateway.CommandLine;

namespace Gateway.Commands.Completion;

/// <summary>The script of bash. Needs nothing but bash itself, from 3.2 on.</summary>
internal static class BashScript
{
    /// <summary>The script.</summary>
    public static string Of(IReadOnlyList<CompletionPlace> places)
    {
        var text = new StringBuilder("# bash completion of gateway, made by: gateway completion bash\n\n");
        text.Append("# What may stand behind a sequence of commands: the name of the one that a word leads to.\n_gateway_next() {\n    case \"$1 $2\" in\n");
        foreach (var place in places)
        {
            foreach (var word in place.Commands)
                text.Append("    ").Append(CompletionTree.Quoted($"{place.Path} {word.Name}")).Append(") where=").Append(CompletionTree.Quoted($"{place.Path} {word.Current}")).Append(" ;;\n");
            if (place.WrapsCommand)
                text.Append("    ").Append(CompletionTree.Quoted($"{place.Path} --")).Append(") where= ;;\n");
        }
        text.Append("    *\\ --) where=' --' ;;\n    esac\n}\n\n_gateway_words() {\n    case \"$1\" in\n");
        foreach (var place in places.Where(static p => p.Commands.Count > 0))
            text.Append("    ").Append(CompletionTree.Quoted(place.Path)).Append(") words=").Append(CompletionTree.Quoted(string.Join(' ', place.Commands.Select(static w => w.Name)))).Append(" ;;\n");
        foreach (var place in places.Where(static p => p.Operands != FlagCompletion.None))
            text.Append("    ").Append(CompletionTree.Quoted(place.Path)).Append(") words=").Append(Kind(place.Operands)).Append(" ;;\n");
        text.Append("    ' --') words=@file ;;\n    *) words= ;;\n    esac\n}\n\n_gateway_flags() {\n    case \"$1\" in\n");
        foreach (var place in places.Where(static p => p.Flags.Count > 0))
            text.Append("    ").Append(CompletionTree.Quoted(place.Path)).Append(") words=").Append(CompletionTree.Quoted(string.Join(' ', place.Flags.SelectMany(CompletionTree.Spellings)))).Append(" ;;\n");
        text.Append("    *) words= ;;\n    esac\n}\n\n# What a flag takes.\n_gateway_value() {\n    case \"$1 $2\" in\n");
        foreach (var place in places)
        {
            foreach (var flag in place.Flags.Where(static f => f.TakesValue))
                text.Append("    ").AppendJoin('|', CompletionTree.Spellings(flag).Select(s => CompletionTree.Quoted($"{place.Path} {s}"))).Append(") value=").Append(Values(flag)).Append(" ;;\n");
        }
        return text.Append("    *) value= ;;\n    esac\n}\n\n").Append(Body).ToString();
    }

    private static string Values(Flag flag) => flag.Values.Count > 0 ? CompletionTree.Quoted(string.Join(' ', flag.Values)) : Kind(flag.Completion);

    private static string Kind(FlagCompletion completion) => completion switch
    {
        FlagCompletion.File => "@file",
        FlagCompletion.Folder => "@folder",
        _ => "@text",
    };

    private const string Body = """
        _gateway_offer() {
            local line
            COMPREPLY=()
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(
                case "$1" in
                @file) compgen -f -- "$2" ;;
                @folder) compgen -d -- "$2" ;;
                @text) ;;
                *) compgen -W "$1" -- "$2" ;;
                esac
            )
            case "$1" in
            @file|@folder) compopt -o filenames 2>/dev/null ;;
            esac
        }

        _gateway() {
            local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} where= value= words= word i
            # "--config=f" is three words.
            if [[ $cur == = ]]; then
                cur=
            elif [[ $prev == = && COMP_CWORD -gt 1 ]]; then
                prev=${COMP_WORDS[COMP_CWORD-2]}
            fi
            for ((i = 1; i < COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                _gateway_value "$where" "$word"
                if [[ -n $value ]]; then
                    [[ ${COMP_WORDS[i+1]} == = ]] && ((i++))
                    ((i++))
                else
                    _gateway_next "$where" "$word"
                fi
            done
            # The last one of "-dc" takes the value.
            [[ $prev =~ ^-[A-Za-z]{2,}$ ]] && prev=-${prev: -1}
            _gateway_value "$where" "$prev"
            if [[ -n $value && $where != ' --' ]]; then
                _gateway_offer "$value" "$cur"
            elif [[ $cur == -* ]]; then
                _gateway_flags "$where"
                _gateway_offer "${words:-@text}" "$cur"
            else
                _gateway_words "$where"
                _gateway_offer "${words:-@text}" "$cur"
            fi
        }

        complete -F _gateway gateway

        """;
}
