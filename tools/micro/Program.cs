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
              tokens    auth/validator beside the bare check of a signature
            """);
        return 1;
}
