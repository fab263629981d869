namespace KrakenPlugins.Expressions.Requests;

/// <summary>Parts of an exchange that an expression reads, by the variables that it uses (RTE-203).</summary>
[Flags]
public enum ExchangeParts
{
    /// <summary>None but the time.</summary>
    None = 0,
    /// <summary>Any <c>req_*</c>.</summary>
    Request = 1,
    /// <summary>Any <c>resp_*</c>.</summary>
    Response = 2,
    /// <summary><c>JWT</c>.</summary>
    Token = 4,
    /// <summary><c>value</c>, the text that a component hands in.</summary>
    Value = 8,
}
