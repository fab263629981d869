namespace KrakenPlugins.Templates.Syntax;

internal sealed partial class Lexer
{
    private Token Number()
    {
        if (!SkipNumber()) return BadNumber();
        if (_position >= text.Length || text[_position] is not ('+' or '-')) return Emit(TokenKind.Number);
        return SkipNumber() && text[_position - 1] == 'i' ? Emit(TokenKind.Complex) : BadNumber();
    }

    private Token BadNumber() => Error("bad number syntax: " + GoFormat.Quote(text[_start.._position]));

    /// <summary>Skips what looks like a number; <see cref="NumberLiteral"/> decides whether it is one.</summary>
    private bool SkipNumber()
    {
        Accept("+-");
        var digits = "0123456789_";
        var exponent = "eE";
        if (Accept("0"))
        {
            if (Accept("xX")) (digits, exponent) = ("0123456789abcdefABCDEF_", "pP");
            else if (Accept("oO")) (digits, exponent) = ("01234567_", "");
            else if (Accept("bB")) (digits, exponent) = ("01_", "");
        }
        AcceptRun(digits);
        if (Accept(".")) AcceptRun(digits);
        if (Accept(exponent))
        {
            Accept("+-");
            AcceptRun("0123456789_");
        }
        Accept("i");
        if (_position >= text.Length) return true;
        var next = RuneAt(_position);
        if (!IsAlphaNumeric(next)) return true;
        _position += next.Utf16SequenceLength;
        return false;
    }

    private bool Accept(string valid)
    {
        if (_position >= text.Length || !valid.Contains(text[_position])) return false;
        _position++;
        return true;
    }

    private void AcceptRun(string valid)
    {
        while (Accept(valid))
        {
        }
    }
}
