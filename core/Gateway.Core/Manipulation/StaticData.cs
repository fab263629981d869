using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Manipulation;

/// <summary>
/// The <c>data</c> of a static response, converted once. Source: reference page "endpoints_static-proxy", MAN-109 and MAN-119.
/// Immutable and thread-safe; when to inject is the pipeline's to decide.
/// </summary>
public sealed class StaticData
{
    private readonly KeyValuePair<string, DataNode>[] _members;

    private StaticData(DataObject template) => _members = [.. template.Members];

    /// <summary>Compiles the value of <c>data</c>; null when it is absent or no object, which disables the feature (MAN-118).</summary>
    public static StaticData? Compile(ConfigNode? data) =>
        data is { Kind: ConfigKind.Object } && ConfigNodeData.ToData(data) is DataObject template ? new StaticData(template) : null;

    /// <summary>Sets every root key, replacing equal ones; the values are copies that belong to the target alone.</summary>
    public void Inject(DataObject target)
    {
        target.Members.EnsureCapacity(target.Count + _members.Length);
        foreach (ref readonly var member in _members.AsSpan())
            target[member.Key] = member.Value.DeepClone();
    }
}
