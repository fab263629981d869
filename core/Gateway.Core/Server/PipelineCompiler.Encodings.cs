using Gateway.Core.Configuration;
using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Server;

/// <summary>Encodings that plugins provide.</summary>
internal sealed partial class PipelineCompiler
{
    private BodyDecoder? CompileDecoder(BackendConfig backend, BackendContext context, ConfigDiagnostics faults)
    {
        if (_plugins.Decoders.Find(backend.Encoding) is not { } component || !BackendEncodings.IsOfPlugin(backend.Encoding))
            return BackendDecoder.Compile(backend, limits);
        return component.Build(backend.Source, context, faults) is { } decoder
            ? BackendDecoder.Compile(backend, limits, decoder)
            : throw new PipelineBuildException($"the plugin made no decoder for the encoding \"{backend.Encoding}\"");
    }

    private IBodyRender? PluginRender(string encoding, EndpointConfig endpoint, EndpointContext context, ConfigDiagnostics faults)
    {
        if (_plugins.Renders.Find(encoding) is not { } component)
            return null;
        return component.Build(endpoint.Source, context, faults)
            ?? throw new PipelineBuildException($"the plugin made no render for the encoding \"{encoding}\"");
    }
}
