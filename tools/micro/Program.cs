using Gateway.Micro;

switch (args)
{
    case [] or ["json"]:
        JsonMicro.Run();
        return 0;
    case ["plugins"]:
        PluginsMicro.Run();
        return 0;
    case ["expressions"]:
        ExpressionMicro.Run();
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: micro [json|plugins|expressions]

              json      reading, shaping and writing documents (default)
              plugins   a call through 0, 1 and 10 plugins that do nothing, loaded from disk
              expressions
                        header tests and a policy in CEL
            """);
        return 1;
}
