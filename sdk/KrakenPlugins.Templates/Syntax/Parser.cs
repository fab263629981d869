using KrakenPlugins.Templates.Execution;
using KrakenPlugins.Templates.Functions;

namespace KrakenPlugins.Templates.Syntax;

/// <summary>Builds what runs out of a template's text. The messages of errors are Go's.</summary>
internal sealed partial class Parser
{
    /// <summary>How deeply parentheses, and how deeply blocks, may lie in each other.</summary>
    private const int MaxDepth = 1000;

    private readonly TemplateText _text;
    private readonly FunctionTable _functions;
    private readonly Func<string, TemplateSlot> _slotOf;
    private readonly Lexer _lexer;
    private readonly List<Token> _tokens;
    private readonly List<TemplateBody> _bodies = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<string> _undeclared = [];
    private Scope _scope = new();
    private int _next;
    private int _actionLine;
    private int _parentheses;
    private int _blocks;

    private Parser(TemplateText text, FunctionTable functions, Func<string, TemplateSlot> slotOf, List<Token> tokens)
    {
        _tokens = tokens;
        _text = text;
        _functions = functions;
        _slotOf = slotOf;
        _lexer = new Lexer(text.Text, functions.TryGet("break", out _), functions.TryGet("continue", out _));
    }

    /// <summary>The template and those that it defines. The list is only lent: room for the tokens, which many templates share.</summary>
    /// <exception cref="TemplateException">The text does not parse.</exception>
    public static List<TemplateBody> Parse(TemplateText text, FunctionTable functions, Func<string, TemplateSlot> slotOf, List<Token> tokens)
    {
        tokens.Clear();
        var parser = new Parser(text, functions, slotOf, tokens);
        parser.ParseText();
        return parser._bodies;
    }

    private void ParseText()
    {
        var statements = new List<Statement>();
        while (Peek().Kind != TokenKind.End)
        {
            if (Peek().Kind == TokenKind.LeftDelimiter)
            {
                var mark = _next;
                Next();
                if (NextNonSpace() is { Kind: TokenKind.Define } keyword)
                {
                    ParseDefinition(keyword);
                    continue;
                }
                _next = mark;
            }
            var (statement, terminator) = TextOrAction();
            if (statement is null) throw Error("unexpected " + terminator);
            statements.Add(statement);
        }
        AddBody(_text.Name, new StatementList([.. statements]), _scope);
    }

    /// <summary>A definition whose keyword has been read.</summary>
    private void ParseDefinition(Token keyword)
    {
        const string context = "define clause";
        var name = NextNonSpace();
        if (name.Kind is not (TokenKind.String or TokenKind.RawString)) throw Unexpected(name, context);
        var unquoted = Unquote(name);
        Expect(TokenKind.RightDelimiter, context);
        ParseBody(keyword, unquoted, context);
    }

    /// <summary>The statements of a definition or block up to its end, with variables and loops of their own.</summary>
    private void ParseBody(Token keyword, string name, string context)
    {
        var outer = (_scope, _parentheses);
        _scope = new Scope();
        _parentheses = 0;
        var list = List(keyword, out var terminator);
        if (terminator.Kind != TerminatorKind.End) throw Error($"unexpected {terminator} in {context}");
        AddBody(name, list, _scope);
        (_scope, _parentheses) = outer;
    }

    private void AddBody(string name, StatementList list, Scope scope)
    {
        var body = new TemplateBody(name, _text, list, scope.Slots);
        if (_places.TryAdd(name, _bodies.Count)) _bodies.Add(body);
        else if (_bodies[_places[name]].Root.IsEmpty) _bodies[_places[name]] = body;
        else if (!list.IsEmpty) throw Error($"template: multiple definition of template {GoFormat.Quote(name)}");
    }

    private Token Next()
    {
        if (_next == _tokens.Count) _tokens.Add(_lexer.Next());
        return _tokens[_next++];
    }

    private Token Peek()
    {
        var token = Next();
        _next--;
        return token;
    }

    private Token NextNonSpace()
    {
        var token = Next();
        return token.Kind == TokenKind.Space ? Next() : token;
    }

    private Token PeekNonSpace()
    {
        var token = NextNonSpace();
        _next--;
        return token;
    }

    private Token Expect(TokenKind kind, string context)
    {
        var token = NextNonSpace();
        return token.Kind == kind ? token : throw Unexpected(token, context);
    }

    private string Unquote(Token token) => StringLiteral.TryRead(token.Value, out var value) ? value : throw Error("invalid syntax");

    private TemplateException Unexpected(Token token, string context)
    {
        if (token.Kind != TokenKind.Error) return Error($"unexpected {token} in {context}");
        if (_actionLine == 0 || _actionLine == token.Line) return Error(token.Value);
        var started = token.Value.EndsWith(" action", StringComparison.Ordinal) ? " started at " : " in action started at ";
        return Error(FormattableString.Invariant($"{token.Value}{started}{_text.Name}:{_actionLine}"));
    }

    /// <summary>An error at the last token that was looked at.</summary>
    private TemplateException Error(string message)
    {
        var token = _tokens[^1];
        var full = FormattableString.Invariant($"template: {_text.Name}:{token.Line}: {message}");
        return new TemplateException(full, _text.Name, token.Line, _text.ColumnOf(token.Position));
    }
}
