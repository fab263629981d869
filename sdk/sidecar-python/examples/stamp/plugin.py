from krakenplugins_sidecar import Needs, Plugin, serve

plugin = Plugin("example.stamp", "1.0.0")


@plugin.proxy("example/stamp", needs=Needs(response_head=True))
class Stamp:
    def __init__(self, config, place):
        self.name, self.value = config["name"], config["value"]

    async def on_response(self, response, request):
        response.headers.set(self.name, self.value)


if __name__ == "__main__":
    serve(plugin)
