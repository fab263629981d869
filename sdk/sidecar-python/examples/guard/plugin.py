import hashlib
import re

from krakenplugins_sidecar import ConfigError, Needs, Plugin, Refusal, serve

plugin = Plugin("example.guard", "1.0.0")


@plugin.endpoint("example/guard", needs=Needs(request_head=True, headers=("Authorization",)))
class Guard:
    def __init__(self, config, place):
        self.digests = frozenset(config["tokens"])
        for i, digest in enumerate(config["tokens"]):
            if not re.fullmatch("[0-9a-f]{64}", digest):
                raise ConfigError(f"tokens[{i}]", "this is no SHA-256; 64 hexadecimal digits were expected", refuses_start=True)

    async def on_request(self, request):
        kind, _, token = (request.headers.get("Authorization") or "").partition(" ")
        # Who measures time learns something of digests, and nothing of tokens.
        if kind.lower() != "bearer" or hashlib.sha256(token.encode()).hexdigest() not in self.digests:
            raise Refusal(401, "no valid token", headers={"WWW-Authenticate": "Bearer"})


if __name__ == "__main__":
    serve(plugin)
