namespace KrakenPlugins.Sdk.Plugins;

/// <summary>
/// A place in the order of a layer. Lower orders are further out: they see the request first and the response last. Components of
/// equal order keep the order of their registration.
/// </summary>
/// <param name="Name">What stands there.</param>
/// <param name="Order">Position; the named stages are 50 or 100 apart.</param>
public readonly record struct Stage(string Name, int Order)
{
    /// <summary>
    /// What at most one component of a place may be, or <see langword="null"/>: a backend with components at two stages of the same text cannot
    /// be built. A component that only adds something stands <see cref="Before"/> or <see cref="After"/> such a stage.
    /// </summary>
    public string? Exclusive { get; init; }

    /// <summary>A place just outside of this stage.</summary>
    public Stage Before() => new($"before {Name}", Order - 10);

    /// <summary>A place just inside of this stage.</summary>
    public Stage After() => new($"after {Name}", Order + 10);
}

/// <summary>Stages around the whole service, on the HTTP exchange.</summary>
public static class ServerStages
{
    /// <summary>Service-wide telemetry.</summary>
    public static Stage Telemetry { get; } = new("telemetry", 100);
    /// <summary>Cross-origin rules.</summary>
    public static Stage Cors { get; } = new("cors", 200);
    /// <summary><c>plugin/http-server</c> handlers.</summary>
    public static Stage HttpServerPlugins { get; } = new("http-server plugins", 300);
    /// <summary>Service-wide identity and limits.</summary>
    public static Stage ServiceGuards { get; } = new("service guards", 400);
    /// <summary>Core: routing. What follows sees matched routes, 404 and 405, but no redirects.</summary>
    public static Stage Routing { get; } = new("routing", 500);
    /// <summary><c>security/http</c>.</summary>
    public static Stage Security { get; } = new("security", 600);
    /// <summary>Service-level scripts.</summary>
    public static Stage Scripts { get; } = new("scripts", 700);
    /// <summary>Service-level bot detector.</summary>
    public static Stage BotDetector { get; } = new("bot detector", 800);
}

/// <summary>Stages of one endpoint, on the HTTP exchange.</summary>
public static class EndpointStages
{
    /// <summary>Body extraction before authentication.</summary>
    public static Stage EarlyExtraction { get; } = new("early extraction", 100);
    /// <summary>Bot detector.</summary>
    public static Stage BotDetector { get; } = new("bot detector", 200);
    /// <summary>Basic authentication, the first of the ways to authenticate (AUT-004).</summary>
    public static Stage BasicAuthentication { get; } = new("basic authentication", 280);
    /// <summary>API keys, behind basic authentication and in front of tokens (AUT-004).</summary>
    public static Stage ApiKeys { get; } = new("api keys", 290);
    /// <summary>Authentication by tokens and its rejecters.</summary>
    public static Stage Authentication { get; } = new("authentication", 300);
    /// <summary>Endpoint scripts.</summary>
    public static Stage Scripts { get; } = new("scripts", 400);
    /// <summary>Rate limits.</summary>
    public static Stage RateLimit { get; } = new("rate limit", 500);
    /// <summary>Body size and decompression.</summary>
    public static Stage BodyLimits { get; } = new("body limits", 600);
}

/// <summary>Stages of an endpoint's proxy pipeline, on the filtered request and the decoded response.</summary>
public static class ProxyStages
{
    /// <summary>What makes the client's answer of the outcome (<see cref="Proxy.ProxyResponse.Final"/>).</summary>
    public static Stage Answer { get; } = new("answer", 50);
    /// <summary>Telemetry of the pipe.</summary>
    public static Stage Telemetry { get; } = new("telemetry", 100);
    /// <summary>What works on the finished answer: response schema, body generator, replacer, JMESPath.</summary>
    public static Stage FinalResponse { get; } = new("final response", 200);
    /// <summary>Scripts around the pipe.</summary>
    public static Stage Scripts { get; } = new("scripts", 300);
    /// <summary>CEL and policies.</summary>
    public static Stage Policies { get; } = new("policies", 400);
    /// <summary>Validation of the request body.</summary>
    public static Stage RequestValidation { get; } = new("request validation", 500);
    /// <summary>Extraction and generation of the request body.</summary>
    public static Stage RequestBody { get; } = new("request body", 600);
    /// <summary>Core: traffic shadowing.</summary>
    public static Stage Shadow { get; } = new("shadow", 700);
    /// <summary>Middleware plugins.</summary>
    public static Stage Middleware { get; } = new("middleware", 750);
    /// <summary>Core: static data.</summary>
    public static Stage Static { get; } = new("static", 800);
    /// <summary>Request and response modifiers.</summary>
    public static Stage Modifiers { get; } = new("modifiers", 900);
    /// <summary>Core: flatmap of the merged object.</summary>
    public static Stage Flatmap { get; } = new("flatmap", 1000);
    /// <summary>Core: the merge; nothing can stand inside of it but the backends.</summary>
    public static Stage Merge { get; } = new("merge", 1100);
}

/// <summary>Stages of a backend's pipeline, on the backend's own request and the decoded response.</summary>
public static class BackendStages
{
    /// <summary>Core: query filter, URL, concurrent calls, host, header filter.</summary>
    public static Stage Request { get; } = new("request", 100);
    /// <summary>Protocols spoken in the body (GraphQL).</summary>
    public static Stage Protocol { get; } = new("protocol", 200);
    /// <summary>Request and response modifiers.</summary>
    public static Stage Modifiers { get; } = new("modifiers", 300);
    /// <summary>Telemetry of the call.</summary>
    public static Stage Telemetry { get; } = new("telemetry", 400);
    /// <summary>Circuit breaker.</summary>
    public static Stage CircuitBreaker { get; } = new("circuit breaker", 500);
    /// <summary>Rate limit.</summary>
    public static Stage RateLimit { get; } = new("rate limit", 600);
    /// <summary>Middleware plugins.</summary>
    public static Stage Middleware { get; } = new("middleware", 700);
    /// <summary>What works on the decoded answer: response schema, JMESPath, replacer, body generator.</summary>
    public static Stage Response { get; } = new("response", 800);
    /// <summary>Scripts.</summary>
    public static Stage Scripts { get; } = new("scripts", 900);
    /// <summary>CEL and policies.</summary>
    public static Stage Policies { get; } = new("policies", 1000);
    /// <summary>Generation of the request body, right before the executor.</summary>
    public static Stage RequestBody { get; } = new("request body", 1100);
}

/// <summary>Stages of the raw HTTP call of a backend.</summary>
public static class ClientStages
{
    /// <summary>Martian.</summary>
    public static Stage Martian { get; } = new("martian", 100);
    /// <summary>
    /// Attempts of one call. Circuit breakers and what edits requests and answers see one call, however many attempts it takes; what is
    /// further in sees each.
    /// </summary>
    public static Stage Retries { get; } = new("retries", 195);
    /// <summary><c>plugin/http-client</c>, which replaces the rest.</summary>
    public static Stage HttpClientPlugins { get; } = new("http-client plugins", 200);
    /// <summary>Telemetry of the call.</summary>
    public static Stage Telemetry { get; } = new("telemetry", 300);
    /// <summary>HTTP cache.</summary>
    public static Stage Cache { get; } = new("cache", 400);
    /// <summary>Credentials. A backend has one method of authentication: one component here or at <see cref="Signing"/>.</summary>
    public static Stage Credentials { get; } = new("credentials", 500) { Exclusive = Authentication };
    /// <summary>Signatures over the final request; see <see cref="Credentials"/>.</summary>
    public static Stage Signing { get; } = new("signing", 600) { Exclusive = Authentication };

    private const string Authentication = "method of authentication towards a backend";
}

/// <summary>The order in which token rejecters are asked (chapter 05, "Order of execution").</summary>
public static class RejecterStages
{
    /// <summary>Revoked tokens.</summary>
    public static Stage Revocation { get; } = new("revocation", 100);
    /// <summary>Expressions over claims.</summary>
    public static Stage Expressions { get; } = new("expressions", 200);
    /// <summary>Policies over claims.</summary>
    public static Stage Policies { get; } = new("policies", 300);
}

/// <summary>The order in which shared services are built.</summary>
public static class ServiceStages
{
    /// <summary>Connections to other systems (Redis).</summary>
    public static Stage Connections { get; } = new("connections", 100);
    /// <summary>What works on connections (quota processors).</summary>
    public static Stage Processors { get; } = new("processors", 200);
}
