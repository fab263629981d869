namespace PluginDocs;

/// <summary>The words for scopes and layers.</summary>
internal static class Place
{
    /// <summary>Whose <c>extra_config</c>.</summary>
    public static string Scope(string scope) => scope switch
    {
        "service" => "In the root's `extra_config`",
        "endpoint" => "In an endpoint's `extra_config`",
        "backend" => "In a backend's `extra_config`",
        "async_agent" => "In an agent's `extra_config`",
        "workflow" => "In a workflow's `extra_config`",
        _ => throw new DocsException($"no words for the scope \"{scope}\""),
    };

    /// <summary>What a component of a layer, or of a kind of the language, does and when.</summary>
    public static string Layer(string layer) => layer switch
    {
        "server" => "around the whole service, before anything else sees a request",
        "listener" => "on the gateway's port, before routing",
        "endpoint" => "around one endpoint, on the HTTP exchange",
        "connection" => "takes an endpoint's connections over",
        "proxy" => "around the merge of an endpoint's backends",
        "backend" => "around one backend, on decoded data",
        "executor" => "in place of the HTTP call of a backend",
        "client" => "around the HTTP call of a backend, on the raw exchange",
        "agent" => "works without a client and calls a pipeline",
        "rejecter" => "refuses validated tokens",
        "balancer" => "picks the host of a call",
        "service" => "built when the configuration is loaded, before what uses it",
        "health" => "answers with `/__health`",
        "logging" => "built before all other components, ends after them",
        "http-server" => "around the whole service; the last of the list in `plugin/http-server` sees a request first",
        "http-client" => "in place of the HTTP call of a backend",
        "request-modifier" => "on the request of an endpoint or a backend, in the order of the list in `plugin/req-resp-modifier`",
        "response-modifier" => "on the response of an endpoint or a backend, in the order of the list in `plugin/req-resp-modifier`",
        "middleware" => "around an endpoint's pipeline or a backend's",
        _ => throw new DocsException($"no words for the layer \"{layer}\""),
    };
}
