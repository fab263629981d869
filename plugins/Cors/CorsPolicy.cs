using System.Collections.Frozen;
using System.Globalization;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.Cors;

/// <summary>What became of a request, for the log.</summary>
internal enum CorsVerdict
{
    /// <summary>The site may.</summary>
    Allowed,
    /// <summary>No site asks.</summary>
    NoOrigin,
    /// <summary>Two sites ask, which no browser does.</summary>
    SeveralOrigins,
    /// <summary>The site may not.</summary>
    OriginNotAllowed,
    /// <summary>The site may, but not with this method.</summary>
    MethodNotAllowed,
    /// <summary>The site may, but not with these headers.</summary>
    HeaderNotAllowed,
}

/// <summary>The compiled settings of one place. Its decisions allocate nothing.</summary>
internal sealed class CorsPolicy
{
    private static readonly string[] s_defaultMethods = ["GET", "HEAD", "POST"];

    private readonly OriginRules _origins;
    private readonly FrozenSet<string> _methods;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>>? _headers;
    private readonly StringValues _maxAge;
    private readonly StringValues _exposed;
    private readonly StringValues _preflightVary;
    private readonly bool _allowsCredentials;
    private readonly bool _allowsPrivateNetwork;

    private CorsPolicy(CorsSettings settings, OriginRules origins)
    {
        _origins = origins;
        _methods = (settings.AllowMethods.Count == 0 ? s_defaultMethods : settings.AllowMethods).Select(static m => m.ToUpperInvariant()).Append("OPTIONS").ToFrozenSet(StringComparer.Ordinal);
        if (settings.AllowHeaders.Count > 0 && !settings.AllowHeaders.Contains("*"))
            _headers = settings.AllowHeaders.Append("Origin").ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        if (settings.MaxAge >= TimeSpan.FromSeconds(1))
            _maxAge = ((long)settings.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var exposed = settings.ExposeHeaders ?? ["Content-Length", "Content-Type"];
        if (exposed.Count > 0)
            _exposed = string.Join(", ", exposed.Select(HeaderName.Canonicalize));
        _allowsCredentials = settings.AllowCredentials;
        _allowsPrivateNetwork = settings.AllowPrivateNetwork;
        _preflightVary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" + (_allowsPrivateNetwork ? ", Access-Control-Request-Private-Network" : "");
        PassesPreflightsOn = settings.OptionsPassthrough;
        PreflightStatus = settings.OptionsSuccessStatus;
        IsLogged = settings.Debug;
    }

    /// <summary>Whether a preflight goes on to the router.</summary>
    public bool PassesPreflightsOn { get; }

    /// <summary>Status of an answered preflight.</summary>
    public int PreflightStatus { get; }

    /// <summary>Whether decisions are logged.</summary>
    public bool IsLogged { get; }

    /// <summary>Compiles an object; <see langword="null"/> after errors were reported.</summary>
    public static CorsPolicy? Compile(ConfigNode config, ConfigDiagnostics diagnostics) =>
        CorsSettings.Read(config, diagnostics) is { } settings && OriginRules.Compile(settings, diagnostics) is { } origins ? new CorsPolicy(settings, origins) : null;

    /// <summary>Decides about a request that is no preflight (SEC-012, 013).</summary>
    public CorsVerdict Judge(HttpRequest request) => JudgeOrigin(request) is var verdict and not CorsVerdict.Allowed
        ? verdict
        : _methods.Contains(request.Method) ? CorsVerdict.Allowed : CorsVerdict.MethodNotAllowed;

    /// <summary>Decides about a preflight (SEC-005 to SEC-008).</summary>
    public CorsVerdict JudgePreflight(HttpRequest request)
    {
        var verdict = JudgeOrigin(request);
        if (verdict != CorsVerdict.Allowed)
            return verdict;
        var method = request.Headers.AccessControlRequestMethod;
        if (method.Count != 1 || !_methods.Contains(method[0]!))
            return CorsVerdict.MethodNotAllowed;
        foreach (var line in request.Headers.AccessControlRequestHeaders)
        {
            if (!AllowsHeaders(line))
                return CorsVerdict.HeaderNotAllowed;
        }
        return CorsVerdict.Allowed;
    }

    /// <summary>Puts the headers of a preflight's answer in place, of a refused one <c>Vary</c> alone (SEC-003 to SEC-005).</summary>
    public void AnswerPreflight(HttpRequest request, IHeaderDictionary answer, CorsVerdict verdict)
    {
        answer.Vary = Joined(answer.Vary, _preflightVary);
        if (verdict != CorsVerdict.Allowed)
            return;
        var asked = request.Headers;
        AddOrigin(answer, asked.Origin);
        answer.AccessControlAllowMethods = asked.AccessControlRequestMethod;
        if (asked.AccessControlRequestHeaders is { Count: > 0 } headers)
            answer.AccessControlAllowHeaders = headers.Count == 1 ? headers : string.Join(", ", (IEnumerable<string?>)headers);
        if (_maxAge.Count > 0)
            answer.AccessControlMaxAge = _maxAge;
        if (_allowsPrivateNetwork && asked["Access-Control-Request-Private-Network"] == "true")
            answer["Access-Control-Allow-Private-Network"] = "true";
    }

    /// <summary>Adds the headers of any other answer to those that are there (SEC-012, SEC-019).</summary>
    public void Answer(IHeaderDictionary answer, StringValues origin, CorsVerdict verdict)
    {
        answer.Vary = Joined(answer.Vary, "Origin");
        if (verdict != CorsVerdict.Allowed)
            return;
        AddOrigin(answer, origin);
        if (_exposed.Count > 0)
            answer.AccessControlExposeHeaders = Joined(_exposed, answer.AccessControlExposeHeaders);
    }

    private void AddOrigin(IHeaderDictionary answer, StringValues origin)
    {
        answer.AccessControlAllowOrigin = Joined(_origins.AllowsAny ? "*" : origin, answer.AccessControlAllowOrigin);
        if (_allowsCredentials)
            answer.AccessControlAllowCredentials = Joined("true", answer.AccessControlAllowCredentials);
    }

    private static StringValues Joined(StringValues first, StringValues second) => first.Count == 0 ? second : second.Count == 0 ? first : StringValues.Concat(first, second);

    private CorsVerdict JudgeOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0 || (origin.Count == 1 && string.IsNullOrEmpty(origin[0])))
            return CorsVerdict.NoOrigin;
        if (origin.Count > 1)
            return CorsVerdict.SeveralOrigins;
        return _origins.Allows(origin[0]!) ? CorsVerdict.Allowed : CorsVerdict.OriginNotAllowed;
    }

    // The list is sent back, so that nothing may be in it that no header may hold, even where all names are allowed.
    private bool AllowsHeaders(ReadOnlySpan<char> list)
    {
        foreach (var range in list.Split(','))
        {
            var name = list[range].Trim(" \t");
            foreach (var c in name)
            {
                if (!HeaderName.IsTokenChar(c))
                    return false;
            }
            if (!name.IsEmpty && _headers is { } headers && !headers.Contains(name))
                return false;
        }
        return true;
    }
}
