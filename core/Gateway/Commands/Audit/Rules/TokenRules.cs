using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>8.1: how callers prove who they are.</summary>
internal static class TokenRules
{
    private const string Validator = "auth/validator";
    private const string Credentials = "auth/client-credentials";
    private const string ApiKeys = "auth/api-keys";

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("8.1.1", High, "The keys that tokens are checked with come in clear text, so anybody on the way can replace them; use an https jwk_url",
            static s => KeyOrigins(s, "jwk_url", static o => PublicAddress.IsClearText(o["jwk_url"].AsText()))),
        new("8.1.2", High, "The server that the keys of tokens come from is not verified; remove disable_jwk_security and name its CA in jwk_local_ca",
            static s => KeyOrigins(s, "disable_jwk_security", static o => o["disable_jwk_security"].IsTrue() && !IsOwnAggregator(o))),
        new("8.1.3", Medium, "Tokens that were issued for other services are accepted; set audience of auth/validator",
            static s => Validators(s, "audience", static v => !HasAudience(v) && !(v["issuers"].AsList() is { Count: > 0 } issuers && issuers.All(HasAudience)))),
        new("8.1.4", Medium, "Tokens are accepted whoever issued them, as long as a key fits; set issuer of auth/validator",
            static s => Validators(s, "issuer", static v => v["issuer"].AsText().Length == 0 && v["issuers"].AsList().Count == 0)),
        new("8.1.5", Critical, "Unsigned tokens are asked for, which anybody can write; set alg of auth/validator to RS256, ES256 or EdDSA",
            static s => Validators(s, "alg", static v => v["alg"].AsText().Equals("none", StringComparison.OrdinalIgnoreCase))),
        new("8.1.6", High, "The secret that tokens are signed with is fetched from a URL, and whoever reads it can write tokens; use RS256, ES256 or EdDSA",
            static s => Validators(s, "alg", static v => v["alg"].AsText().StartsWith("HS", StringComparison.OrdinalIgnoreCase)
                && v["issuers"].AsList().Append(v).Any(static o => o["jwk_url"].AsText().Length > 0 && o["jwk_local_path"] is null))),
        new("8.1.7", Low, "The log says why each token was refused; remove operation_debug in production",
            static s => Validators(s, "operation_debug", static v => v["operation_debug"].IsTrue())),
        new("8.1.8", High, "A password of basic authentication is not hashed with bcrypt; write the line that htpasswd -nB makes", WeakPasswords),
        new("8.1.9", High, "The secret of the client is sent in clear text; use an https token_url",
            static s => s.Having(Credentials).Where(static b => !b[Credentials]!["is_disabled"].IsTrue() && PublicAddress.IsClearText(b[Credentials]!["token_url"].AsText())).Select(static b => b.At(Credentials, "token_url"))),
        new("8.1.10", Medium, "API keys travel in the query string and end up in logs and browser histories; use the strategy header",
            static s => s.Having(ApiKeys).Where(static e => e[ApiKeys]!["strategy"].AsText() == "query_string").Select(static e => e.At(ApiKeys, "strategy"))),
        new("8.1.11", Low, "An endpoint that changes something asks nobody who they are, although others do; add what they have, if it was forgotten", OpenWriters),
    ];

    private static IEnumerable<AuditPlace> Validators(AuditedService service, string attribute, Func<ConfigNode, bool> fires) =>
        service.Endpoints.Where(e => e.Scope[Validator] is { Kind: ConfigKind.Object } validator && fires(validator))
            .Select(e => e.Scope.At(Validator, attribute));

    // A validator has its keys itself, or each of its issuers has its own (AUT-229).
    private static IEnumerable<AuditPlace> KeyOrigins(AuditedService service, string attribute, Func<ConfigNode, bool> fires) =>
        Validators(service, attribute, fires).Concat(Validators(service, "issuers", v => v["issuers"].AsList().Any(fires)));

    private static bool HasAudience(ConfigNode origin) => origin["audience"].AsList().Any(static a => a.AsText().Length > 0);

    // The aggregator of the gateway's own serves clear text on loopback, and asks for the flag (AUT-128).
    private static bool IsOwnAggregator(ConfigNode validator)
    {
        var url = validator["jwk_url"].AsText();
        return url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !PublicAddress.IsClearText(url);
    }

    private static IEnumerable<AuditPlace> WeakPasswords(AuditedService service)
    {
        foreach (var scope in service.Having("auth/basic"))
        {
            if (HasWeakPassword(scope["auth/basic"]!["users"]))
                yield return scope.At("auth/basic", "users");
        }
        if (service.Service.Written("plugin/http-server")?["basic-auth"]?["users"] is { } users && HasWeakPassword(users))
            yield return service.Service.At("plugin/http-server", "basic-auth", "users");
    }

    private static bool HasWeakPassword(ConfigNode? users) => users?.Members.Any(static u => u.Value.Kind == ConfigKind.String && !IsBcrypt(u.Value.Text)) == true;

    private static bool IsBcrypt(string hash) => hash.Length == 60 && hash[0] == '$' && hash[1] == '2' && hash[2] is 'a' or 'b' or 'y' && hash[3] == '$';

    private static IEnumerable<AuditPlace> OpenWriters(AuditedService service)
    {
        if (!service.Endpoints.Any(static e => Authentication.Asks(e.Scope)))
            return [];
        return service.Endpoints.Where(e => e.Config.Method != "GET" && !e.Scope.Has("auth/signer") && Authentication.IsOpen(service, e.Scope)).Select(static e => e.Scope.Place);
    }
}

/// <summary>Whether anybody may call an endpoint.</summary>
internal static class Authentication
{
    private static readonly string[] s_own = ["auth/validator", "auth/api-keys", "auth/basic"];

    // Code and policies of the operator's own may authenticate too; nobody can tell from outside.
    private static readonly string[] s_possible =
        ["security/policies", "modifier/lua-endpoint", "modifier/lua-proxy", "plugin/req-resp-modifier", "plugin/middleware"];

    /// <summary>Whether an endpoint asks its callers who they are.</summary>
    public static bool Asks(AuditedScope endpoint) => s_own.Any(endpoint.Has);

    /// <summary>Whether an endpoint surely asks nobody.</summary>
    public static bool IsOpen(AuditedService service, AuditedScope endpoint) =>
        !Asks(endpoint)
        && !s_possible.Any(endpoint.Has)
        && endpoint.Extra.Members.All(static m => NamespaceRegistry.All.Contains(m.Name))
        && service.Service.Extra.Members.All(static m => NamespaceRegistry.All.Contains(m.Name) && m.Name != "plugin/http-server")
        && !(service.Tls is { } tls && tls.Attribute("enable_mtls").IsTrue());
}
