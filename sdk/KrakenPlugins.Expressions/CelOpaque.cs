namespace KrakenPlugins.Expressions;

/// <summary>A value of a type that a library brings, as <c>net.IP</c>. <see cref="object.Equals(object)"/> is what <c>==</c> asks.</summary>
public abstract class CelOpaque
{
    /// <summary>Its type.</summary>
    public abstract CelType Type { get; }
}
