using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Turns the <c>proxy</c> namespace of an endpoint into an <see cref="EndpointProxyConfig"/>, and flatmap filters of both scopes.</summary>
internal static class ProxyLoader
{
    public static EndpointProxyConfig Load(EndpointProxyDocument proxy, bool isNoOp, LoadContext context)
    {
        var diagnostics = context.Diagnostics;
        NotSupportedYet.Check(proxy, diagnostics);
        if (proxy.Combiner is not ("" or "default"))
            proxy.Source.Warning(diagnostics, "combiner", $"there is no combiner {ConfigText.Quote(proxy.Combiner)}; the default one is used");
        return new EndpointProxyConfig
        {
            Sequential = IsSequential(proxy, diagnostics),
            SequentialPropagatedParams = PropagatedParameters(proxy, diagnostics),
            FlatmapFilter = Flatmap(proxy.FlatmapFilter, diagnostics),
            Static = Static(proxy, isNoOp, context),
            MaxPayload = Math.Max(0, proxy.MaxPayload),
            DecompressGzip = proxy.DecompressGzip,
        };
    }

    /// <summary>Operations that can run: of a known type and with enough arguments, cut to what the type takes.</summary>
    public static IReadOnlyList<FlatmapOperation> Flatmap(IReadOnlyList<FlatmapDocument> filter, ConfigDiagnostics diagnostics)
    {
        var operations = new List<FlatmapOperation>(filter.Count);
        foreach (var operation in filter)
        {
            var (least, most) = operation.Type switch { "move" or "append" => (2, 2), "del" => (1, int.MaxValue), _ => (0, 0) };
            if (most == 0)
                operation.Source.Warning(diagnostics, "type", $"{ConfigText.Quote(operation.Type)} is no type of operation, it is left out{NearestName.Suggest(operation.Type, ["move", "del", "append"])} (move, del, append)");
            else if (operation.Args.Count < least)
                operation.Source.Warning(diagnostics, "args", $"\"{operation.Type}\" needs {least} argument{(least == 1 ? "" : "s")} and has {operation.Args.Count}; the operation is left out");
            else
                operations.Add(new(operation.Type, operation.Args.Count > most ? [.. operation.Args.Take(most)] : operation.Args));
        }
        return operations;
    }

    private static bool IsSequential(EndpointProxyDocument proxy, ConfigDiagnostics diagnostics)
    {
        if (proxy.Strategy is "" or "sequential" or "parallel")
            return proxy.Strategy == "sequential" || (proxy.Strategy.Length == 0 && proxy.Sequential);
        proxy.Source.Warning(diagnostics, "strategy", $"{ConfigText.Quote(proxy.Strategy)} is no strategy, backends are called in parallel (parallel, sequential)");
        return false;
    }

    private static List<string> PropagatedParameters(EndpointProxyDocument proxy, ConfigDiagnostics diagnostics)
    {
        var names = new List<string>(proxy.SequentialPropagatedParams.Count);
        foreach (var name in proxy.SequentialPropagatedParams)
        {
            if (UrlPatternParser.IsResponse(name) && !name.Any(char.IsWhiteSpace))
                names.Add(name);
            else
                proxy.Source.Warning(diagnostics, "sequential_propagated_params", $"{ConfigText.Quote(name)} is left out; write resp0 or resp0_field, with the number of an earlier backend");
        }
        return names;
    }

    private static StaticConfig? Static(EndpointProxyDocument proxy, bool isNoOp, LoadContext context)
    {
        if (proxy.Static is null)
            return null;
        var settings = context.NamespaceBinder.Bind<StaticDocument>(proxy.Static, proxy.Source.Path.Member("static"));
        if (isNoOp)
            proxy.Source.Warning(context.Diagnostics, "static", "static data is not shown by an endpoint with the output encoding no-op");
        if (settings.Data is { Kind: ConfigKind.Object } data)
            return new(settings.Strategy, data);
        if (proxy.Static.Kind == ConfigKind.Object)
            settings.Source.Warning(context.Diagnostics, "data", "\"data\" must be an object; there is no static response without it");
        return null;
    }
}
