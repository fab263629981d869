using System.Runtime.CompilerServices;
using KrakenPlugins.Templates.Execution;

namespace KrakenPlugins.Templates.Syntax;

internal enum TerminatorKind : byte
{
    None,
    End,
    Else,
}

/// <summary>What ended the statements of a block.</summary>
internal readonly record struct Terminator(TerminatorKind Kind)
{
    public override string ToString() => Kind == TerminatorKind.End ? "{{end}}" : "{{else}}";
}

internal sealed partial class Parser
{
    /// <summary>Statements up to <c>end</c> or <c>else</c>.</summary>
    /// <param name="opener">The keyword that they belong to.</param>
    /// <param name="terminator">What ended them.</param>
    private StatementList List(Token opener, out Terminator terminator)
    {
        if (_blocks >= MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Error("max control structure depth exceeded");
        _blocks++;
        var statements = new List<Statement>();
        while (PeekNonSpace().Kind != TokenKind.End)
        {
            (var statement, terminator) = TextOrAction();
            if (statement is null)
            {
                _blocks--;
                return new StatementList([.. statements]);
            }
            statements.Add(statement);
        }
        // Go says no more than the first two words, at the end of the text.
        throw Error(FormattableString.Invariant($"unexpected EOF: {{{{{opener.Value}}}}} of line {opener.Line} has no {{{{end}}}}"));
    }

    /// <summary>A statement, or what ends a block.</summary>
    private (Statement? Statement, Terminator Terminator) TextOrAction()
    {
        var token = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.Text:
                return (new TextStatement(token.Position, token.Value), default);
            case TokenKind.LeftDelimiter:
                _actionLine = token.Line;
                var result = Action();
                _actionLine = 0;
                return result;
            default:
                throw Unexpected(token, "input");
        }
    }

    private (Statement? Statement, Terminator Terminator) Action()
    {
        var token = NextNonSpace();
        switch (token.Kind)
        {
            case TokenKind.EndKeyword:
                Expect(TokenKind.RightDelimiter, "end");
                return (null, new Terminator(TerminatorKind.End));
            case TokenKind.Else:
                // What follows as in {{else if …}} is left to the block.
                if (PeekNonSpace().Kind is not (TokenKind.If or TokenKind.With)) Expect(TokenKind.RightDelimiter, "else");
                return (null, new Terminator(TerminatorKind.Else));
            case TokenKind.If:
                return (Condition(token, "if"), default);
            case TokenKind.With:
                return (Condition(token, "with"), default);
            case TokenKind.Range:
                return (Range(token), default);
            case TokenKind.Block:
                return (Block(token), default);
            case TokenKind.Template:
                return (Template(), default);
            case TokenKind.Break:
                return (Jump(token, Flow.Break, "{{break}}"), default);
            case TokenKind.Continue:
                return (Jump(token, Flow.Continue, "{{continue}}"), default);
        }
        _next--;
        return (new ActionStatement(token.Position, ParsePipe("command", TokenKind.RightDelimiter)), default);
    }

    private ConditionStatement Condition(Token keyword, string context)
    {
        var mark = _scope.Mark;
        var branches = new List<(Pipe, StatementList)>();
        StatementList? otherwise = null;
        Terminator terminator;
        do
        {
            var pipe = ParsePipe(context, TokenKind.RightDelimiter);
            branches.Add((pipe, List(keyword, out terminator)));
        }
        while (terminator.Kind == TerminatorKind.Else && TakeKeyword(keyword.Kind));
        if (terminator.Kind == TerminatorKind.Else) otherwise = Otherwise(keyword);
        _scope.Return(mark);
        return new ConditionStatement(keyword.Position, keyword.Kind == TokenKind.With, [.. branches], otherwise);
    }

    private bool TakeKeyword(TokenKind kind)
    {
        if (PeekNonSpace().Kind != kind) return false;
        NextNonSpace();
        return true;
    }

    private StatementList Otherwise(Token keyword)
    {
        var list = List(keyword, out var terminator);
        return terminator.Kind == TerminatorKind.End ? list : throw Error("expected end; found " + terminator);
    }

    private RangeStatement Range(Token keyword)
    {
        var mark = _scope.Mark;
        var pipe = ParsePipe("range", TokenKind.RightDelimiter);
        _scope.Loops++;
        var body = List(keyword, out var terminator);
        _scope.Loops--;
        var otherwise = terminator.Kind == TerminatorKind.Else ? Otherwise(keyword) : null;
        _scope.Return(mark);
        return new RangeStatement(pipe.Position, pipe, body, otherwise);
    }

    private JumpStatement Jump(Token keyword, Flow flow, string context)
    {
        Expect(TokenKind.RightDelimiter, context);
        if (_scope.Loops == 0) throw Error(context + " outside {{range}}");
        return new JumpStatement(keyword.Position, flow);
    }

    private TemplateStatement Block(Token keyword)
    {
        const string context = "block clause";
        var name = NextNonSpace();
        var unquoted = TemplateName(name, context);
        var pipe = ParsePipe(context, TokenKind.RightDelimiter);
        ParseBody(keyword, unquoted, context);
        return new TemplateStatement(name.Position, _slotOf(unquoted), pipe);
    }

    private TemplateStatement Template()
    {
        const string context = "template clause";
        var name = NextNonSpace();
        var unquoted = TemplateName(name, context);
        Pipe? pipe = null;
        if (NextNonSpace().Kind != TokenKind.RightDelimiter)
        {
            _next--;
            pipe = ParsePipe(context, TokenKind.RightDelimiter);
        }
        return new TemplateStatement(name.Position, _slotOf(unquoted), pipe);
    }

    private string TemplateName(Token name, string context) =>
        name.Kind is TokenKind.String or TokenKind.RawString ? Unquote(name) : throw Unexpected(name, context);
}
