using Gateway.Micro;

switch (args)
{
    case [] or ["json"]:
        JsonMicro.Run();
        return 0;
    case ["schema"]:
        SchemaMicro.Run();
        return 0;
    case ["plugins"]:
        PluginsMicro.Run();
        return 0;
    case ["signing"]:
        SigningMicro.Run();
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: micro [json|plugins|signing]

              json      reading, shaping and writing documents (default)
              schema    bodies of requests against a JSON Schema
              plugins   a call through 0, 1 and 10 plugins that do nothing, loaded from disk
              signing   the signature of a request (auth/aws-sigv4)
            """);
        return 1;
}
