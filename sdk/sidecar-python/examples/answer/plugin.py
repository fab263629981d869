from krakenplugins_sidecar import Needs, Plugin, Refusal, serve

plugin = Plugin("example.answer", "1.0.0")


@plugin.executor("example/answer", needs=Needs(request_head=True))
def answer(config, place):
    greeting = config.get("greeting", "hello")

    # A plain function runs in a thread: it may wait for a database or a file.
    def handle(request):
        if request.method != "GET":
            return Refusal(405, f"{request.method} is not answered here")
        return {"greeting": greeting, "path": request.path}

    return handle


if __name__ == "__main__":
    serve(plugin)
