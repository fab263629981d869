using System.Globalization;
using KrakenPlugins.Expressions.Requests.Inputs;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Expressions.Requests;

/// <summary>
/// The values of the variables of <see cref="ExchangeVariables"/>: views of a request, an answer and claims, nothing is copied. Rented for
/// one pass over expressions and given back at its end; not thread-safe, not to be held over an <c>await</c>.
/// </summary>
public sealed class ExchangeInput : CelInput
{
    [ThreadStatic]
    private static ExchangeInput? s_spare;

    private readonly NameValuesMap _headers = new(isHeaders: true);
    private readonly NameValuesMap _query = new(isHeaders: false);
    private readonly NameValuesMap _responseHeaders = new(isHeaders: true);
    private readonly ParameterMap _parameters = new();
    private string? _now;
    private CelValue _data;
    private CelValue _token;
    private CelValue _place;

    private ExchangeInput()
    {
    }

    /// <summary>The request, for <c>req_*</c>.</summary>
    public ProxyRequest? Request { get; set; }

    /// <summary>Value of <c>req_path</c>; see <see cref="RequestPath"/>.</summary>
    public string Path { get; set; } = "";

    /// <summary>The answer, for <c>resp_*</c>.</summary>
    public ProxyResponse? Response { get; set; }

    /// <summary>The claims, for <c>JWT</c>.</summary>
    public DataObject? Claims { get; set; }

    /// <summary>What the numbers of <see cref="Claims"/> are.</summary>
    public CelNumbers ClaimNumbers { get; set; }

    /// <summary>The time that <c>now</c> tells, with the offset that it shows.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>Whether the header that <c>geoIP()</c> reads is the gateway's own; else it is a client's and is not looked at (SEC-095).</summary>
    public bool KnowsPlaces { get; set; }

    /// <summary>
    /// Answers <c>quotaProcessor</c>, or <see langword="null"/> where it has no meaning. When a question is open after an evaluation, its result means
    /// nothing: get the answer and evaluate again.
    /// </summary>
    public QuotaQuestions? Quotas { get; set; }

    /// <summary>Value of <c>value</c>, or <see langword="null"/>.</summary>
    public string? Value { get; set; }

    /// <summary>An input without values.</summary>
    public static ExchangeInput Rent()
    {
        var input = s_spare ?? new ExchangeInput();
        s_spare = null;
        return input;
    }

    /// <summary>Gives the input back; neither it nor a value that came out of it is used any more.</summary>
    public void Return()
    {
        Request = null;
        Response = null;
        Claims = null;
        Value = null;
        Quotas = null;
        Path = "";
        KnowsPlaces = false;
        _now = null;
        _data = _token = _place = default;
        _headers.Show(null);
        _query.Show(null);
        _responseHeaders.Show(null);
        _parameters.Show(null);
        s_spare = this;
    }

    /// <summary>A variable as text for a log: JSON, or why it has no value. Holds what the client sent.</summary>
    public string Describe(string variable)
    {
        var slot = ExchangeVariables.SlotOf(variable);
        if (slot < 0)
            return "";
        var value = Get(slot);
        return Macros.CelJson.TryWrite(value, Macros.CelJson.LogSteps, out var text) ? text : value.ToString();
    }

    /// <inheritdoc/>
    protected override CelValue Get(int slot) => slot switch
    {
        ExchangeVariables.Method => Request is null ? Missing() : CelValue.Of(Request.Method),
        ExchangeVariables.Path => CelValue.Of(Path),
        ExchangeVariables.Parameters => _parameters.Show(Request),
        ExchangeVariables.Headers => _headers.Show(Request?.Headers),
        ExchangeVariables.Query => _query.Show(Request?.Query),
        ExchangeVariables.IsComplete => Response is null ? Missing() : CelValue.Of(Response.IsComplete || Response.Raw is not null),
        ExchangeVariables.Status => Response is null ? Missing() : CelValue.Of((long)(Response.Raw?.StatusCode ?? 0)),
        ExchangeVariables.ResponseHeaders => _responseHeaders.Show(Response?.Raw?.Headers),
        ExchangeVariables.Data => Data(),
        ExchangeVariables.Token => Token(),
        ExchangeVariables.Now => CelValue.Of(_now ??= Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffK", CultureInfo.InvariantCulture).Replace("+00:00", "Z", StringComparison.Ordinal)),
        ExchangeVariables.Value => Value is null ? Missing() : CelValue.Of(Value),
        _ => Missing(),
    };

    /// <summary>What <c>geoIP()</c> gives, read once per pass.</summary>
    internal CelValue Place()
    {
        if (_place.Kind == CelKind.Null)
            _place = Macros.GeoPlace.Read(KnowsPlaces ? Request?.Headers.Get(Macros.GeoPlace.Header) : null);
        return _place;
    }

    private CelValue Data()
    {
        if (_data.Kind == CelKind.Null)
            _data = Response?.Data is { } data ? data.Tree.ToCel() : CelValue.OfMap();
        return _data;
    }

    private CelValue Token()
    {
        if (_token.Kind == CelKind.Null)
            _token = Claims?.ToCel(ClaimNumbers) ?? Missing();
        return _token;
    }

    private static CelValue Missing() => CelValue.Error(CelErrorCode.Undeclared, "the variable has no value here");
}
