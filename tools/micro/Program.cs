using Gateway.Micro;

switch (args)
{
    case [] or ["json"]:
        JsonMicro.Run();
        return 0;
    case ["plugins"]:
        PluginsMicro.Run();
        return 0;
    case ["tokens"]:
        TokensMicro.Run();
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: micro [json|plugins|tokens]

              json      reading, shaping and writing documents (default)
              plugins   a call through 0, 1 and 10 plugins that do nothing, loaded from disk
              tokens    reading and verifying signed tokens, beside the platform's bare verification
            """);
        return 1;
}
