using System.Buffers;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

internal sealed class GuardedDecoder(BodyDecoder inner, string name, PluginOwner owner)
{
    public bool Decode(PooledBytes body, out Payload? payload, out string? error)
    {
        try
        {
            return inner(body, out payload, out error);
        }
        catch (Exception exception)
        {
            payload = null;
            error = owner.Fail(exception, name).Message;
            return false;
        }
    }
}

internal sealed class GuardedRender(IBodyRender inner, string name, PluginOwner owner) : IBodyRender
{
    public string ContentType { get; } = inner.ContentType;

    public void Write(Payload? data, IBufferWriter<byte> output)
    {
        try
        {
            inner.Write(data, output);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, CancellationToken.None))
        {
            throw new PluginFaultException(owner.Fail(exception, name).Message);
        }
    }
}

internal sealed class GuardedDiscovery(IHostDiscovery inner, string name, PluginOwner owner) : IHostDiscovery
{
    public IReadOnlyList<BackendHost> Hosts
    {
        get
        {
            try
            {
                return inner.Hosts;
            }
            catch (Exception exception)
            {
                owner.Note(exception, name);
                return [];
            }
        }
    }
}

internal sealed class GuardedBalancer(IHostBalancer inner, string name, PluginOwner owner) : IHostBalancer
{
    public BackendHost Pick(ProxyRequest request, IReadOnlyList<BackendHost> hosts)
    {
        try
        {
            return inner.Pick(request, hosts);
        }
        catch (Exception exception)
        {
            throw new PluginFaultException(owner.Fail(exception, name).Message);
        }
    }

    public BackendHost PickAgain(ProxyRequest request, IReadOnlyList<BackendHost> hosts, IReadOnlyList<BackendHost> tried)
    {
        try
        {
            return inner.PickAgain(request, hosts, tried);
        }
        catch (Exception exception)
        {
            throw new PluginFaultException(owner.Fail(exception, name).Message);
        }
    }

    public void Answered(BackendHost host, in HostAnswer answer)
    {
        try
        {
            inner.Answered(host, answer);
        }
        catch (Exception exception)
        {
            owner.Note(exception, name);
        }
    }

    public void Completed(BackendHost host, in ProxyResult result, TimeSpan elapsed)
    {
        try
        {
            inner.Completed(host, result, elapsed);
        }
        catch (Exception exception)
        {
            owner.Note(exception, name);
        }
    }
}
