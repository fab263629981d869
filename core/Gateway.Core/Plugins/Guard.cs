namespace Gateway.Core.Plugins;

/// <summary>Stands between core and what a plugin made.</summary>
internal static class Guard
{
    public static T Around<T>(T product, string name, PluginOwner owner)
        where T : class => product;
}
