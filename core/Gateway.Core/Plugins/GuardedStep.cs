using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

/// <summary>What the guards of steps that end in a value have in common.</summary>
/// <typeparam name="TResult">What a step ends in.</typeparam>
/// <param name="name">Namespace or name of the component.</param>
/// <param name="owner">The plugin.</param>
internal abstract class GuardedStep<TResult>(string name, PluginOwner owner)
{
    /// <summary>Whether an exception is the plugin's own; see <see cref="PluginOwner.IsToBlame"/>.</summary>
    public bool IsToBlame(Exception exception, CancellationToken cancellationToken) => owner.IsToBlame(exception, cancellationToken);

    /// <summary>Counts and logs a fault, and gives the outcome that stands for it.</summary>
    public TResult Fail(Exception exception) => Failure(owner.Fail(exception, name));

    /// <summary>
    /// A call that has ended well as it is, one that goes on with a guard around its end; throws what one that has failed already failed with.
    /// </summary>
    protected ValueTask<TResult> Watch(ValueTask<TResult> call, CancellationToken cancellationToken)
    {
        if (call.IsCompletedSuccessfully)
            return call;
        return call.IsCompleted ? new(call.GetAwaiter().GetResult()) : PendingCall<TResult>.Begin(this, call, cancellationToken);
    }

    /// <summary>A failure as an outcome of this kind of step.</summary>
    protected abstract TResult Failure(GatewayError error);
}
