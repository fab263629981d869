using Gateway.Micro;

(string Name, string What, Action Run)[] benchmarks =
[
    ("json", "reading, shaping and writing documents (default)", JsonMicro.Run),
    ("schema", "bodies of requests against a JSON Schema", SchemaMicro.Run),
    ("plugins", "a call through 0, 1 and 10 plugins that do nothing, loaded from disk", PluginsMicro.Run),
    ("expressions", "header tests and a policy in CEL", ExpressionMicro.Run),
    ("tokens", "reading and verifying signed tokens, beside the platform's bare verification", TokensMicro.Run),
    ("validator", "auth/validator beside the bare check of a signature", ValidatorMicro.Run),
    ("balancing", "the choice of a host, and what it hears of calls", BalancingMicro.Run),
    ("guards", "the look-up of an API key, the decision of CORS", GuardsMicro.Run),
    ("limits", "token buckets, shared and per client, on one thread and on two", LimitsMicro.Run),
    ("redis", "decisions of the limits in Redis through one connection", RedisMicro.Run),
    ("grpc", "calls of gRPC over a Unix socket, beside a bare exchange of HTTP/2", GrpcMicro.Run),
    ("sidecar", "a call to a sidecar and its verdict, and the walk through a plugin of the library, one caller and 64", SidecarMicro.Run),
    ("signing", "the signature of a request (auth/aws-sigv4)", SigningMicro.Run),
    ("traffic", "an address among many blocks, a User-Agent, a call through a circuit breaker", TrafficMicro.Run),
];

if (args is ["sidecar-peer", var socket])
{
    SidecarPeer.Run(socket);
    return 0;
}
if (args is ["sidecar-plugin"])
    return SidecarPlugin.Run();
var wanted = args is [] ? "json" : args is [var only] ? only : "";
foreach (var (name, _, run) in benchmarks)
{
    if (name != wanted)
        continue;
    run();
    return 0;
}
Console.Error.WriteLine($"usage: micro [{string.Join('|', benchmarks.Select(static b => b.Name))}]\n");
foreach (var (name, what, _) in benchmarks)
    Console.Error.WriteLine($"  {name,-12} {what}");
return 1;
