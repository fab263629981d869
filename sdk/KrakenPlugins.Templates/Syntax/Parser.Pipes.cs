using System.Runtime.CompilerServices;
using KrakenPlugins.Templates.Execution;
using KrakenPlugins.Templates.Functions;

namespace KrakenPlugins.Templates.Syntax;

internal sealed partial class Parser
{
    private Pipe ParsePipe(string context, TokenKind end)
    {
        var start = PeekNonSpace();
        var names = Declarations(context, out var isAssignment);
        // A variable is not visible in what it is declared with: $x := $x reads the outer one.
        foreach (var name in names) _undeclared.Add(name.Value);
        var commands = new List<Command>();
        while (true)
        {
            var token = NextNonSpace();
            if (token.Kind == end) break;
            if (!StartsOperand(token.Kind)) throw Unexpected(token, context);
            _next--;
            commands.Add(ParseCommand());
        }
        CheckPipe(commands, context);
        _undeclared.RemoveRange(_undeclared.Count - names.Length, names.Length);
        var variables = names.Length == 0 ? [] : new Variable[names.Length];
        for (var i = 0; i < variables.Length; i++)
        {
            var name = names[i];
            var slot = isAssignment ? _scope.SlotOf(name.Value) : _scope.Declare(name.Value);
            variables[i] = new Variable(name.Position, name.Value, slot, []);
        }
        return new Pipe(start.Position, [.. commands], variables, isAssignment);
    }

    /// <summary>The variables in front of <c>:=</c> or <c>=</c>.</summary>
    private Token[] Declarations(string context, out bool isAssignment)
    {
        Token[] names = [];
        isAssignment = false;
        while (PeekNonSpace().Kind == TokenKind.Variable)
        {
            var mark = _next;
            var variable = NextNonSpace();
            var after = PeekNonSpace();
            if (after.Kind is TokenKind.Assign or TokenKind.Declare)
            {
                isAssignment = after.Kind == TokenKind.Assign;
                NextNonSpace();
                return [.. names, variable];
            }
            if (after is not { Kind: TokenKind.Char, Value: "," })
            {
                _next = mark;
                return names;
            }
            NextNonSpace();
            names = [.. names, variable];
            if (context != "range" || names.Length > 1) throw Error("too many declarations in " + context);
            if (PeekNonSpace().Kind is not (TokenKind.Variable or TokenKind.RightDelimiter or TokenKind.RightParenthesis))
                throw Error("range can only initialize variables");
        }
        return names;
    }

    private static bool StartsOperand(TokenKind kind) => kind is TokenKind.Bool or TokenKind.CharConstant or TokenKind.Complex or TokenKind.Dot
        or TokenKind.Field or TokenKind.Identifier or TokenKind.Number or TokenKind.Nil or TokenKind.RawString or TokenKind.String
        or TokenKind.Variable or TokenKind.LeftParenthesis;

    private void CheckPipe(List<Command> commands, string context)
    {
        if (commands.Count == 0) throw Error("missing value for " + context);
        for (var i = 1; i < commands.Count; i++)
        {
            if (commands[i].Words[0] is Dot or Literal or NumberConstant or NilLiteral)
                throw Error(FormattableString.Invariant($"non executable command in pipeline stage {i + 1}"));
        }
    }

    private Command ParseCommand()
    {
        var position = PeekNonSpace().Position;
        var words = new List<Operand>();
        while (true)
        {
            PeekNonSpace();
            if (ParseOperand() is { } operand) words.Add(operand);
            var token = Next();
            if (token.Kind == TokenKind.Space) continue;
            if (token.Kind is TokenKind.RightDelimiter or TokenKind.RightParenthesis) _next--;
            else if (token.Kind != TokenKind.Pipe) throw Unexpected(token, "operand");
            break;
        }
        return words.Count > 0 ? new Command(position, [.. words]) : throw Error("empty command");
    }

    /// <summary>A word and the fields behind it.</summary>
    private Operand? ParseOperand()
    {
        var term = Term();
        if (term is null || Peek().Kind != TokenKind.Field) return term;
        var position = Peek().Position;
        var fields = new List<string>();
        while (Peek().Kind == TokenKind.Field) fields.Add(Next().Value[1..]);
        return term switch
        {
            Field field => new Field(position, [.. field.Names, .. fields]),
            Variable variable => new Variable(position, variable.Name, variable.Slot, [.. fields]),
            Dot or Literal or NumberConstant or NilLiteral => throw Error("unexpected . after term " + GoFormat.Quote(term.ToString())),
            _ => new Chain(position, term, [.. fields]),
        };
    }

    private Operand? Term()
    {
        var token = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Identifier:
                return Function(token);
            case TokenKind.Dot:
                return new Dot(token.Position);
            case TokenKind.Nil:
                return new NilLiteral(token.Position);
            case TokenKind.Variable:
                return UseVariable(token);
            case TokenKind.Field:
                return new Field(token.Position, [token.Value[1..]]);
            case TokenKind.Bool:
                return new Literal(token.Position, token.Value, TemplateValue.From(token.Value == "true"));
            case TokenKind.CharConstant or TokenKind.Complex or TokenKind.Number:
                if (NumberLiteral.Read(token, out var problem) is not { } number) throw Error(problem);
                return new NumberConstant(token.Position, token.Value, number);
            case TokenKind.LeftParenthesis:
                return Parenthesized();
            case TokenKind.String or TokenKind.RawString:
                return new Literal(token.Position, token.Value, TemplateValue.From(Unquote(token)));
        }
        _next--;
        return null;
    }

    private Operand Function(Token token)
    {
        if (_functions.TryGet(token.Value, out var function)) return new FunctionName(token.Position, function);
        switch (token.Value)
        {
            case "and" or "or":
                return new LogicName(token.Position, token.Value == "or");
            case "call":
                return new CallName(token.Position);
        }
        return BuiltIns.TryGet(token.Value, out function)
            ? new FunctionName(token.Position, function)
            : throw Error($"function {GoFormat.Quote(token.Value)} not defined");
    }

    private Variable UseVariable(Token token)
    {
        var slot = _scope.SlotOf(token.Value);
        if (slot < 0 && !_undeclared.Contains(token.Value)) throw Error("undefined variable " + GoFormat.Quote(token.Value));
        return new Variable(token.Position, token.Value, slot, []);
    }

    private Pipe Parenthesized()
    {
        if (_parentheses >= MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Error("max expression depth exceeded");
        _parentheses++;
        var pipe = ParsePipe("parenthesized pipeline", TokenKind.RightParenthesis);
        _parentheses--;
        return pipe;
    }
}
