"""One call: the walk of one request through one component."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ._proto import call_pb2
from .body import Body
from .errors import BodyBroken, BodyTooLong, CallCancelled, Failure, FailureKind, Refusal
from .needs import Layer
from .request import Request
from .response import Response, failure_message
from .streams import InboundStream, OutboundCredit, StreamFault

if TYPE_CHECKING:
    from .configurations import ConfiguredPlace
    from .session import Session

_log = logging.getLogger("krakenplugins_sidecar")

#: Attempts of a call at a time, and in all.
MAX_CONCURRENT_ATTEMPTS = 64
MAX_ATTEMPTS = 1000

#: What a handler may end a call with.
Outcome = Response | Failure | Refusal | Request


class Call:
    """A call under way: its frames, its bodies, its attempts. Everything here runs on the event loop but what says otherwise."""

    def __init__(self, session: Session, call_id: int, start: Any, place: ConfiguredPlace) -> None:
        self.session = session
        self.place = place
        self.loop = session.loop
        self._id = call_id
        self._inbound: dict[int, InboundStream] = {}
        self._outbound: dict[int, OutboundCredit] = {}
        self._results: dict[int, asyncio.Future[Any]] = {}
        self._pumps: set[asyncio.Task[None]] = set()
        self._attempts = 0
        self._streams = 0
        self._is_over = False
        self._has_passed = False
        self.request = Request.received(start, place.needs, self._received(start, "request_body", 413))
        #: What a response modifier works on.
        self.response = self._response(start.response, 0)

    async def run(self, handler: Callable[[Call], Awaitable[Outcome | None]]) -> None:
        """Runs the handler, and ends the call with what it gives: None where the last attempt was the outcome."""
        try:
            try:
                outcome = await handler(self)
                if outcome is None:
                    await asyncio.gather(*self._pumps)
                else:
                    await self._finish(outcome)
            except Refusal as refusal:
                await self._finish(refusal)
        except BodyTooLong as error:
            kind = FailureKind.REJECTED if error.status < 500 else FailureKind.PAYLOAD
            await self._fail(Failure(kind, error.status, str(error)))
        except BodyBroken as error:
            await self._fail(Failure(FailureKind.CONNECTION, message=str(error)))
        except Exception as error:
            if not (self._is_over and isinstance(error, CallCancelled)):
                _log.exception("%s failed", self.place.name)
            await self._fail(Failure(FailureKind.INTERNAL, message=f"{self.place.name} failed"))
        finally:
            self.end()

    async def _fail(self, failure: Failure) -> None:
        # Once it is finished, or its last attempt is under way, the outcome is decided.
        if not self._has_passed:
            await self._finish(failure)

    # The handler's side.

    async def next(self, request: Request) -> Response:
        """Goes on with the request, and waits for what comes of it."""
        attempt = await self._proceed(request, is_last=False)
        future = self._results[attempt]
        try:
            result = await future
        finally:
            del self._results[attempt]
        return self._response(result.response, attempt)

    def next_waiting(self, request: Request) -> Response:
        """As next, for handlers in threads."""
        return self.loop.wait(self.next(request), "use: async def handle, await next(request)")

    async def pass_on(self, request: Request) -> None:
        """Goes on with the request; what comes of it is the outcome of the call."""
        await self._proceed(request, is_last=True)

    async def _proceed(self, request: Request, *, is_last: bool) -> int:
        if self._is_over:
            raise CallCancelled("the call is over")
        if self._attempts >= MAX_ATTEMPTS or len(self._results) >= MAX_CONCURRENT_ATTEMPTS:
            raise RuntimeError(f"a call has at most {MAX_CONCURRENT_ATTEMPTS} attempts at a time, and {MAX_ATTEMPTS} in all")
        if self._attempts and self.place.layer.is_exchange:
            raise RuntimeError("an exchange with the client goes on once: next is called a second time")
        change, body = request.to_change()
        proceed = call_pb2.Proceed(attempt=self._attempts + 1, change=change, is_last=is_last, response_headers=request.response_headers.changes())
        stream = self._attach(proceed.change.body, body) if body is not None else 0
        self._attempts += 1
        if not is_last:
            self._results[self._attempts] = self.loop.loop.create_future()
        attempt = self._attempts
        self._has_passed = is_last
        await self._send(proceed=proceed)
        if stream and body is not None:
            pump = self.loop.loop.create_task(self._pump(stream, body))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)
        return attempt

    async def _finish(self, outcome: Outcome) -> None:
        if self._is_over:
            return
        finish, body = self._to_finish(outcome)
        stream = 0
        if body is not None:
            stream = self._attach(finish.change.body if finish.WhichOneof("outcome") == "change" else _own_body(finish), body)
        self._has_passed = True
        await self._send(finish=finish)
        if stream and body is not None:
            await self._pump(stream, body)

    def _to_finish(self, outcome: Outcome) -> tuple[Any, Body | None]:
        finish = call_pb2.Finish()
        body: Body | None = None
        if isinstance(outcome, Refusal):
            outcome = outcome.to_failure()
        if isinstance(outcome, Failure):
            finish.failure.CopyFrom(failure_message(outcome))
        elif isinstance(outcome, Request):
            change, body = outcome.to_change()
            finish.request.CopyFrom(change)
        elif outcome.attempt is not None:
            change, body = outcome.to_change()
            finish.change.CopyFrom(change)
        else:
            message, body = outcome.to_message(self.place.layer.is_http, self.place.layer is Layer.EXECUTOR)
            finish.response.CopyFrom(message)
        return finish, body

    def _attach(self, message: Any, body: Body) -> int:
        """Puts the body into a message, or announces it: then gives the number of its stream."""
        body.bind(self.loop)
        if body.whole is not None and len(body.whole) <= self.session.limits.max_whole:
            message.whole = body.whole
            return 0
        self._streams += 1
        self._outbound[self._streams] = OutboundCredit(self.session.limits.initial_credit_bytes)
        message.stream_id = self._streams
        message.length = body.length or 0
        return self._streams

    async def _pump(self, stream: int, body: Body) -> None:
        credit = self._outbound[stream]
        try:
            async for piece in body:
                if not isinstance(piece, (bytes, bytearray, memoryview)):
                    raise TypeError(f"a body in chunks gives bytes, not {type(piece).__name__}")
                rest = memoryview(piece).cast("B")
                while rest:
                    size = await credit.take(min(len(rest), self.session.limits.max_chunk_bytes))
                    await self._send(chunk=call_pb2.BodyChunk(stream_id=stream, data=bytes(rest[:size])))
                    rest = rest[size:]
            await self._send(chunk=call_pb2.BodyChunk(stream_id=stream, is_last=True))
        except Exception as error:
            if not self._is_over:
                if not isinstance(error, ConnectionError):
                    _log.exception("%s failed within a body", self.place.name)
                await self._send(chunk=call_pb2.BodyChunk(stream_id=stream, is_broken=True))
        finally:
            self._outbound.pop(stream, None)

    async def _send(self, **frame: Any) -> None:
        await self.session.room()
        if not self._is_over:
            self.session.post(call_pb2.PluginFrame(call_id=self._id, **frame))

    # The gateway's side.

    def on_result(self, result: Any) -> None:
        """Takes what came of an attempt; nobody may wait for it any more."""
        future = self._results.get(result.attempt)
        if future is not None and not future.done():
            future.set_result(result)

    def on_chunk(self, chunk: Any) -> None:
        """Takes a chunk of a body. Raises StreamFault."""
        stream = self._inbound.get(chunk.stream_id)
        if stream is None:
            raise StreamFault("a chunk came of a body that was not announced")
        stream.feed(chunk.data, chunk.is_last, chunk.is_broken)

    def on_credit(self, credit: Any) -> None:
        """Takes credit for a body; it may have been sent by now."""
        outbound = self._outbound.get(credit.stream_id)
        if outbound is not None:
            outbound.add(credit.bytes)

    def end(self, reason: str = "the call is over") -> None:
        """Ends everything of the call. Nothing more is sent."""
        self._is_over = True
        for pump in self._pumps:
            pump.cancel()
        for future in self._results.values():
            if not future.done():
                future.set_exception(CallCancelled(reason))
                # Nobody may be there to take it.
                future.exception()
        for stream in self._inbound.values():
            stream.fail(CallCancelled(reason))

    def _received(self, holder: Any, field: str, too_long: int) -> Body:
        if not holder.HasField(field):
            return Body(loop=self.loop)
        message = getattr(holder, field)
        if message.WhichOneof("content") != "stream_id":
            return Body(message.whole, loop=self.loop)
        stream_id = message.stream_id

        def grant(size: int) -> None:
            if not self._is_over:
                self.session.post(call_pb2.PluginFrame(call_id=self._id, credit=call_pb2.Credit(stream_id=stream_id, bytes=size)))

        stream = self._inbound[stream_id] = InboundStream(grant)
        return Body(stream, length=message.length or None, loop=self.loop, max_whole=self.session.limits.max_whole, too_long=too_long)

    def _response(self, message: Any, attempt: int) -> Response:
        return Response.received(message, attempt, self.place.needs, self._received(message, "body", 502))


def _own_body(finish: Any) -> Any:
    return finish.request.body if finish.WhichOneof("outcome") == "request" else finish.response.body
