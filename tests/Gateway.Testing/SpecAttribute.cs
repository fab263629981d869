namespace Gateway.Testing;
/// <summary>Names the specification items that a test proves.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class SpecAttribute(params string[] ids) : Attribute
{
    /// <summary>IDs such as <c>RTE-014</c>.</summary>
    public IReadOnlyList<string> Ids { get; } = ids;
}
