namespace KrakenPlugins.Expressions.Functions;

/// <summary>Addresses and blocks of them.</summary>
internal static class NetworkExtensions
{
    private delegate CelValue OfAddress(NetworkAddress address);

    public static IEnumerable<CelFunction> Create() =>
    [
        new("ip",
            Global("string_to_ip", NetworkTypes.Address, static (ref _, in a) =>
                NetworkAddress.Parse(a.RawString, out var error) is { } address ? CelValue.OfOpaque(address) : Bad(error)),
            CelOverload.Member("cidr_ip", NetworkTypes.Address, NetworkTypes.Block, static (ref _, in a) => CelValue.OfOpaque(Block(a).Address)) with { IsPure = true }),
        new("isIP", Global("is_ip", CelType.Bool, static (ref _, in a) => CelValue.Of(NetworkAddress.Parse(a.RawString, out var _) is not null))),
        new("ip.isCanonical", Global("ip_is_canonical", CelType.Bool, static (ref _, in a) =>
            NetworkAddress.Parse(a.RawString, out var error) is { } address ? CelValue.Of(address.ToString() == a.RawString) : Bad(error))),
        new("cidr", Global("string_to_cidr", NetworkTypes.Block, static (ref _, in a) =>
            NetworkBlock.Parse(a.RawString, out var error) is { } block ? CelValue.OfOpaque(block) : Bad(error))),
        new("isCIDR", Global("is_cidr", CelType.Bool, static (ref _, in a) => CelValue.Of(NetworkBlock.Parse(a.RawString, out var _) is not null))),
        new("string",
            CelOverload.Global("ip_to_string", CelType.String, NetworkTypes.Address, static (ref _, in a) => CelValue.Of(a.AsOpaque.ToString()!)) with { IsPure = true },
            CelOverload.Global("cidr_to_string", CelType.String, NetworkTypes.Block, static (ref _, in a) => CelValue.Of(a.AsOpaque.ToString()!)) with { IsPure = true }),
        Method("family", CelType.Int, static address => CelValue.Of(address.IsV4 ? 4L : 6L)),
        Method("isUnspecified", CelType.Bool, static address => CelValue.Of(address.IsUnspecified)),
        Method("isLoopback", CelType.Bool, static address => CelValue.Of(System.Net.IPAddress.IsLoopback(address.Address))),
        Method("isGlobalUnicast", CelType.Bool, static address => CelValue.Of(address.IsGlobalUnicast)),
        Method("isLinkLocalMulticast", CelType.Bool, static address => CelValue.Of(address.IsLinkLocalMulticast)),
        Method("isLinkLocalUnicast", CelType.Bool, static address => CelValue.Of(address.IsLinkLocalUnicast)),
        new("containsIP",
            CelOverload.Member("cidr_contains_ip_ip", CelType.Bool, NetworkTypes.Block, NetworkTypes.Address, static (ref _, in a, in b) =>
                CelValue.Of(Block(a).Contains(Address(b)))) with { IsPure = true },
            CelOverload.Member("cidr_contains_ip_string", CelType.Bool, NetworkTypes.Block, CelType.String, static (ref _, in a, in b) =>
                NetworkAddress.Parse(b.RawString, out var error) is { } address ? CelValue.Of(Block(a).Contains(address)) : Bad(error)) with { IsPure = true }),
        new("containsCIDR",
            CelOverload.Member("cidr_contains_cidr", CelType.Bool, NetworkTypes.Block, NetworkTypes.Block, static (ref _, in a, in b) =>
                CelValue.Of(Block(a).Contains(Block(b)))) with { IsPure = true },
            CelOverload.Member("cidr_contains_cidr_string", CelType.Bool, NetworkTypes.Block, CelType.String, static (ref _, in a, in b) =>
                NetworkBlock.Parse(b.RawString, out var error) is { } other ? CelValue.Of(Block(a).Contains(other)) : Bad(error)) with { IsPure = true }),
        new("masked", CelOverload.Member("cidr_masked", NetworkTypes.Block, NetworkTypes.Block, static (ref _, in a) =>
            CelValue.OfOpaque(new NetworkBlock(Block(a).Address.Masked(Block(a).Bits), Block(a).Bits))) with { IsPure = true }),
        new("prefixLength", CelOverload.Member("cidr_prefix_length", CelType.Int, NetworkTypes.Block, static (ref _, in a) => CelValue.Of((long)Block(a).Bits)) with { IsPure = true }),
    ];

    private static CelOverload Global(string id, CelType result, CelUnary body) => CelOverload.Global(id, result, CelType.String, (ref context, in a) =>
        context.TryChargeText(a.RawString.Length) ? body(ref context, a) : CelContext.CostExceeded) with { IsPure = true };

    private static CelFunction Method(string name, CelType result, OfAddress body) =>
        new(name, CelOverload.Member($"ip_{name}", result, NetworkTypes.Address, (ref _, in a) => body(Address(a))) with { IsPure = true });

    private static NetworkAddress Address(in CelValue value) => (NetworkAddress)value.AsOpaque;

    private static NetworkBlock Block(in CelValue value) => (NetworkBlock)value.AsOpaque;

    private static CelValue Bad(string error) => CelValue.Error(CelErrorCode.BadConversion, error);
}
