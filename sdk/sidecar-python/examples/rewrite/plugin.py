from krakenplugins_sidecar import Needs, Plugin, serve

plugin = Plugin("example.rewrite", "1.0.0")


async def replace(chunks, old, new):
    kept = b""
    async for chunk in chunks:
        *parts, rest = (kept + chunk).split(old)
        # The text may begin at the end of a chunk.
        end = max(0, len(rest) - len(old) + 1)
        yield b"".join(part + new for part in parts) + rest[:end]
        kept = rest[end:]
    yield kept


@plugin.client("example/rewrite", needs=Needs(response_head=True, response_body="streamed", headers=("Content-Encoding",)))
class Rewrite:
    def __init__(self, config, place):
        self.old, self.new = config["old"].encode(), config["new"].encode()

    async def on_response(self, response, request):
        if response.failure is None and response.headers.get("Content-Encoding") is None:
            response.body = replace(response.body, self.old, self.new)


if __name__ == "__main__":
    serve(plugin)
