using Gateway.Micro;

switch (args)
{
    case [] or ["json"]:
        JsonMicro.Run();
        return 0;
    case ["plugins"]:
        PluginsMicro.Run();
        return 0;
    case ["guards"]:
        GuardsMicro.Run();
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: micro [json|plugins|guards]

              json      reading, shaping and writing documents (default)
              plugins   a call through 0, 1 and 10 plugins that do nothing, loaded from disk
              guards    the look-up of an API key, the decision of CORS
            """);
        return 1;
}
