using System.Reflection;

namespace Gateway.Core;

/// <summary>Names and versions that leave the process.</summary>
public static class Product
{
    /// <summary>Version of this product, <c>major.minor.patch</c>.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Name in banners and logs.</summary>
    public const string Name = "KrakenPlugins Gateway";

    /// <summary>Value of <c>X-Krakend</c> (RTE-117).</summary>
    public static string VersionHeader { get; } = $"Version {Version}";

    /// <summary>Value of <c>X-Krakend</c> with <c>hide_version_header</c> (RTE-038).</summary>
    public const string HiddenVersionHeader = "Version undefined";

    /// <summary>
    /// <c>User-Agent</c> towards backends and value of <c>X-Forwarded-Via</c> (RTE-077, RTE-084); the language's own spelling, which
    /// backends match.
    /// </summary>
    public static string UserAgent { get; } = $"KrakenD Version {Version}";
}
