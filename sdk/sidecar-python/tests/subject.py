"""A plugin with a component for everything that the tests want to see."""

import asyncio
import contextlib
import logging
import os
import sys
import threading

from krakenplugins_sidecar import CallCancelled, ConfigError, Failure, FailureKind, Needs, Plugin, Refusal, Response, serve

plugin = Plugin("test.subject", "1.2.3")

released = threading.Event()

HEADS = Needs(request_head=True, response_head=True)
EVERYTHING = Needs(request_head=True, request_body="buffered", response_head=True, response_body="buffered", claims=True)
STREAMS = Needs(request_head=True, request_body="streamed", response_head=True, response_body="streamed")

DATA = (plugin.proxy, plugin.backend, plugin.middleware)
HTTP = (plugin.server, plugin.endpoint, plugin.client, plugin.http_server, plugin.http_client)

for register in (*DATA, *HTTP):

    @register("test/mark", needs=HEADS)
    class Mark:
        """Carries the mark of the request over to the answer, and tells both who it is."""

        def __init__(self, config, place):
            self.layer = place.layer.name.lower()

        async def handle(self, request, next):
            request.headers.set("X-Layer", self.layer)
            response = await next(request)
            response.headers.set("X-Mark", request.headers.get("X-Mark") or "")
            return response

    @register("test/mark-plain", needs=HEADS)
    class PlainMark(Mark):
        def handle(self, request, next):
            request.headers.set("X-Layer", self.layer)
            response = next(request)
            response.headers.set("X-Mark", request.headers.get("X-Mark") or "")
            return response


@plugin.executor("test/mark", needs=Needs(request_head=True, request_body="buffered"))
def execute(config, place):
    async def handle(request):
        return {"mark": request.headers.get("X-Mark"), "body": request.body.whole.decode(), "target": request.target}

    return handle


@plugin.request_modifier("test/mark", needs=Needs(request_head=True))
def modify_request(config, place):
    def on_request(request):
        if "refuse" in request.target:
            raise Refusal(403, "not this one")
        request.headers.set("X-Modified", request.headers["X-Mark"])

    return on_request


@plugin.response_modifier("test/mark", needs=Needs(response_head=True, response_body="buffered"))
def modify_response(config, place):
    async def on_response(response, request):
        response.data["modified"] = True
        response.headers.add("X-Modified", "yes")

    return on_response


@plugin.proxy("test/data", needs=EVERYTHING)
class Data:
    def __init__(self, config, place):
        pass

    async def on_response(self, response, request):
        if request.claims:
            response.data["sub"] = request.claims["sub"]
        _ = response.data


@plugin.client("test/echo", needs=STREAMS)
class Echo:
    """Hands both bodies through, chunk by chunk."""

    def __init__(self, config, place):
        pass

    async def on_request(self, request):
        request.body = self.upper(request.body)

    async def on_response(self, response, request):
        response.body = self.upper(response.body)

    async def upper(self, chunks):
        async for chunk in chunks:
            yield chunk.upper()


@plugin.client("test/echo-plain", needs=STREAMS)
class PlainEcho(Echo):
    def on_request(self, request):
        request.body = self.upper(request.body)

    def on_response(self, response, request):
        response.body = self.upper(response.body)

    def upper(self, chunks):
        for chunk in chunks:
            yield chunk.upper()


@plugin.endpoint("test/flood", needs=Needs(request_head=True))
def flood(config, place):
    async def handle(request, next):
        async def chunks():
            for i in range(config["chunks"]):
                print(f"INFO chunk {i}")
                yield b"x" * config["size"]

        return Response(200, body=chunks())

    return handle


@plugin.endpoint("test/read", needs=Needs(request_head=True, request_body="streamed"))
def read(config, place):
    async def handle(request, next):
        if config == "chunks":
            async for _ in request.body:
                pass
        else:
            print(f"INFO read {len(await request.body.read())}")
        return await next(request)

    return handle


@plugin.endpoint("test/wait", needs=Needs(request_head=True))
def wait(config, place):
    async def handle(request, next):
        print("INFO waiting")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            print("INFO cancelled")
            raise

    return handle


@plugin.endpoint("test/wait-plain", needs=Needs(request_head=True))
def wait_plain(config, place):
    def handle(request, next):
        print("INFO waiting")
        try:
            next(request)
        except CallCancelled:
            print("INFO cancelled")
            raise

    return handle


@plugin.endpoint("test/block", needs=Needs(request_head=True))
def block(config, place):
    def handle(request, next):
        print("INFO blocking")
        if config == "wait":
            released.wait()
        while not released.is_set():
            pass
        return Response(204)

    return handle


@plugin.endpoint("test/release")
def release(config, place):
    async def handle(request, next):
        released.set()
        return Response(204)

    return handle


@plugin.endpoint("test/attempts", needs=HEADS)
@plugin.client("test/attempts", needs=HEADS)
def attempts(config, place):
    async def handle(request, next):
        answers = await asyncio.gather(*(next(request) for _ in range(3)))
        last = await next(request)
        assert place.layer.name == "CLIENT"
        last.headers.set("X-Statuses", ",".join(str(a.status) for a in answers))
        return last

    return handle


@plugin.endpoint("test/wrong", needs=Needs(request_head=True))
def wrong(config, place):
    async def handle(request, next):
        if config == "raise":
            raise RuntimeError("the password is hunter2")
        if config == "nothing":
            return None
        if config == "late":
            async def chunks():
                yield b"begun"
                raise RuntimeError("the password is hunter2")

            return Response(200, body=chunks())
        if config == "fail":
            return Failure(FailureKind.OVERLOADED, 503, "busy")
        return Refusal(402, "pay first", body="pay")

    return handle


@plugin.endpoint("test/unsent", needs=Needs())
def unsent(config, place):
    async def on_request(request):
        return None

    async def handle(request, next):
        return Response(200, body=request.headers.get("Cookie"))

    return handle


@plugin.endpoint("test/configured", needs=EVERYTHING)
async def configured(config, place):
    if config is None:
        return None
    if "bad" in config:
        raise ConfigError("bad[0]", "this is bad; good was expected", refuses_start=True)
    if "crash" in config:
        raise RuntimeError("the password is hunter2")
    if "thing" in config:
        return 7
    place.needs = Needs(request_head=True, headers=("X-A",))
    place.propagate("X-A")
    place.warn("old", "this is old")
    place.log.info("made with 100%%: %s", config["name"])

    class Handler:
        async def on_request(self, request):
            request.headers.set("X-B", request.headers["X-A"])

        def close(self):
            print("INFO closed")

    return Handler()


@plugin.proxy("test/health")
def health(config, place):
    async def on_request(request):
        plugin.set_health("degraded", "the database is away")

    class Handler:
        pass

    Handler.on_request = staticmethod(on_request)
    return Handler()


@plugin.proxy("test/stuck", needs=Needs(request_head=True))
def stuck(config, place):
    def handle(request, next):
        print("INFO stuck")
        threading.Event().wait()

    return handle


if __name__ == "__main__":
    logging.getLogger("subject").debug("this is not shown")
    print("environment", sorted(os.environ), file=sys.stderr)
    with contextlib.suppress(KeyboardInterrupt):
        serve(plugin, threads=64)
