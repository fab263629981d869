using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Server;

/// <summary>What the plugins of one configuration do for operators (MAN-440). Safe for concurrent use.</summary>
internal sealed class AdminOperations
{
    private readonly Lock _gate = new();
    private volatile PluginOperation[] _all = [];

    /// <summary>Those that there are, in the order in which they were offered.</summary>
    public IReadOnlyList<PluginOperation> All => _all;

    /// <summary>Adds one; of the same plugin, method and path the first counts.</summary>
    /// <exception cref="ArgumentException">Method or path is none that an operation can have.</exception>
    public void Add(PluginOwner owner, string component, AdminOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (operation.Method is not ("GET" or "POST" or "PUT" or "PATCH" or "DELETE"))
            throw new ArgumentException($"\"{operation.Method}\" is no method of an operation; expected GET, POST, PUT, PATCH or DELETE", nameof(operation));
        if (!IsPath(operation.Path))
            throw new ArgumentException($"\"{operation.Path}\" is no path of an operation; expected segments of lower-case letters, digits and \"-\" such as \"purge\"", nameof(operation));
        lock (_gate)
        {
            if (!_all.Any(known => known.Path == PluginOperation.PathOf(owner, operation) && known.Operation.Method == operation.Method))
                _all = [.. _all, new PluginOperation(owner, component, operation)];
        }
    }

    private static bool IsPath(string path) =>
        path.Length > 0 && path.Split('/').All(static segment => segment.Length > 0 && segment.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));
}

/// <summary>An operation of a plugin under its path.</summary>
public sealed class PluginOperation
{
    private readonly PluginOwner _owner;
    private readonly string _component;

    internal PluginOperation(PluginOwner owner, string component, AdminOperation operation)
    {
        _owner = owner;
        _component = component;
        Operation = operation;
        Path = PathOf(owner, operation);
    }

    /// <summary>What the plugin offers.</summary>
    public AdminOperation Operation { get; }

    /// <summary>Path on the admin listener.</summary>
    public string Path { get; }

    internal static string PathOf(PluginOwner owner, AdminOperation operation) => $"/plugins/{owner.Id}/{operation.Path}";

    /// <summary>Does it. What the plugin throws becomes a 500 without detail, and is counted as its fault.</summary>
    public async ValueTask<AdminAnswer> RunAsync(AdminRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Operation.RunAsync(request, cancellationToken).ConfigureAwait(false);
            return answer.Status is >= 200 and <= 599 ? answer : AdminAnswer.Refused(500, $"plugin {_owner.Id} answered with {answer.Status}, which is no status");
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return AdminAnswer.Refused(500, _owner.Fail(exception, _component).Message);
        }
    }
}
