import sys

sys.path.insert(0, "$LIBRARY/src")

from krakenplugins_sidecar import Needs, Plugin, Stage, serve  # noqa: E402

plugin = Plugin("mark-python", "1.0.0")


@plugin.client("bench/mark", needs=Needs(request_head=True, response_head=True), stage=Stage(100, "martian"))
class Mark:
    def __init__(self, config, place):
        pass

    async def on_request(self, request):
        request.headers.set("X-Mark", "1")

    async def on_response(self, response, request):
        response.headers.set("X-Marked", "1")


if __name__ == "__main__":
    serve(plugin)
