"""The gateway's side of a stream of calls, as tests need it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from ._proto import call_pb2
from .body import Body
from .errors import Failure
from .headers import Headers
from .limits import StreamLimits
from .needs import Layer, Needs
from .request import Request
from .response import Response, failure_message, failure_of
from .streams import InboundStream, OutboundCredit

#: What comes back from further in, or what makes it from the request that was passed on.
Answer = Response | Failure | Callable[[Request], "Response | Failure | Awaitable[Response | Failure]"] | None

_LIMITS = StreamLimits()


@dataclass(frozen=True)
class PlaceUnderTest:
    """A place that can be called."""

    id: int
    layer: Layer
    needs: Needs


@dataclass
class Outcome:
    """What came of a call."""

    #: The answer; None where the call failed.
    response: Response | None = None
    #: How it failed, or was refused.
    failure: Failure | None = None
    #: The requests that were passed on, with their bodies as a whole: one for each attempt.
    requests: list[Request] = field(default_factory=list)
    #: Headers for the answer that were set with the request (server, endpoint).
    response_headers: Headers = field(default_factory=Headers)

    @property
    def request(self) -> Request:
        """The last request that was passed on; for a request modifier the request that it leaves. Raises IndexError without any."""
        return self.requests[-1]


class GatewaySide:
    """Makes calls over frames: "send" takes each frame, and "receive" is given what comes back."""

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send = send
        self._calls: dict[int, _CallSide] = {}
        self._last = 0

    async def call(self, place: PlaceUnderTest, request: Request, answer: Answer = None) -> Outcome:
        """Makes a call, and waits for its end. One that is cancelled is cancelled there too."""
        self._last += 1
        side = self._calls[self._last] = _CallSide(self._last, place, request, answer, self._send)
        try:
            return await side.run()
        finally:
            del self._calls[side.id]

    def receive(self, message: Any) -> None:
        """Takes a message of the plugin."""
        for frame in message.frames:
            side = self._calls.get(frame.call_id)
            if side is not None:
                side.receive(frame)


class _CallSide:
    def __init__(self, call_id: int, place: PlaceUnderTest, request: Request, answer: Answer, send: Callable[[Any], None]) -> None:
        self.id = call_id
        self._place = place
        self._request = request
        self._answer = answer
        self._send_frame = send
        self._steps: asyncio.Queue[Any] = asyncio.Queue()
        self._credits: dict[int, OutboundCredit] = {}
        self._streams: dict[int, InboundStream] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: dict[int, Response | Failure] = {}
        self._outcome = Outcome()

    def receive(self, frame: Any) -> None:
        kind = frame.WhichOneof("frame")
        if kind == "credit":
            self._credits[frame.credit.stream_id].add(frame.credit.bytes)
        elif kind == "chunk":
            self._streams[frame.chunk.stream_id].feed(frame.chunk.data, frame.chunk.is_last, frame.chunk.is_broken)
        else:
            message = getattr(frame, kind)
            body = self._body_message(kind, message)
            if body is not None and body.WhichOneof("content") == "stream_id":
                self._expect(body.stream_id)
            self._steps.put_nowait((kind, message))

    @staticmethod
    def _body_message(kind: str, message: Any) -> Any | None:
        holder = message.change if kind == "proceed" else getattr(message, message.WhichOneof("outcome"))
        return holder.body if holder.DESCRIPTOR.name != "CallFailure" and holder.HasField("body") else None

    async def run(self) -> Outcome:
        is_over = False
        try:
            await self._start()
            while True:
                kind, message = await self._steps.get()
                if kind == "error":
                    raise message
                if kind == "finish":
                    is_over = True
                    await self._finish(message)
                    return self._outcome
                if message.is_last:
                    is_over = True
                    await self._attempt(message)
                    self._settle(self._answers[message.attempt])
                    return self._outcome
                self._spawn(self._answered_attempt(message))
        finally:
            for task in self._tasks:
                task.cancel()
            if not is_over:
                self._send(cancel=call_pb2.CallCancel(reason=call_pb2.CANCEL_REASON_CLIENT_GONE))

    async def _start(self) -> None:
        needs, request = self._place.needs, self._request
        start = call_pb2.CallStart(place_id=self._place.id, traceparent=request.traceparent, tracestate=request.tracestate)
        if request.time_left is not None:
            start.timeout_ms = max(1, int(request.time_left * 1000))
        if needs.request_head:
            start.request.CopyFrom(self._head())
        await self._offer(start, "request_body", request.body, needs.request_body, 1)
        if needs.claims and request.claims is not None:
            start.claims_json = json.dumps(request.claims).encode()
        if self._place.layer is Layer.RESPONSE_MODIFIER:
            self._answers[0] = await self._make_answer(request)
            start.response.CopyFrom(await self._response_message(self._answers[0], 2))
        self._send(start=start)

    def _head(self) -> Any:
        request, wanted = self._request, {name.lower() for name in self._place.needs.headers}
        return call_pb2.RequestHead(
            method=request.method,
            target=request.target,
            headers=[call_pb2.Header(name=n, value=v) for n, v in request.headers.items() if not wanted or n.lower() in wanted],
            query=[call_pb2.Parameter(name=n, value=v) for n, v in request.query.items()],
            parameters=[call_pb2.Parameter(name=n, value=v) for n, v in request.parameters.items()],
            scheme=request.scheme,
            authority=request.authority,
            host_header=request.host_header,
            client_address=request.client_address,
        )

    async def _attempt(self, proceed: Any) -> None:
        request = await self._changed_request(proceed.change)
        self._outcome.requests.append(request)
        self._outcome.response_headers.apply(proceed.response_headers)
        self._answers[proceed.attempt] = await self._make_answer(request)

    async def _answered_attempt(self, proceed: Any) -> None:
        await self._attempt(proceed)
        # Streams 1 and 2 are those of the start.
        message = await self._response_message(self._answers[proceed.attempt], proceed.attempt + 2)
        self._send(result=call_pb2.CallResult(attempt=proceed.attempt, response=message))

    async def _finish(self, finish: Any) -> None:
        kind = finish.WhichOneof("outcome")
        if kind == "failure":
            self._outcome.failure = failure_of(finish.failure)
        elif kind == "request":
            self._outcome.requests.append(await self._changed_request(finish.request))
        elif kind == "change":
            self._settle(await self._changed_answer(self._answers[finish.change.attempt], finish.change))
        else:
            message = finish.response
            pairs = [(h.name, h.value) for h in message.headers]
            failure = failure_of(message.failure) if message.HasField("failure") else None
            self._settle(_response(message, pairs, await self._sent_body(message), message.is_data, message.is_complete, failure))

    def _settle(self, answer: Response | Failure) -> None:
        if isinstance(answer, Failure):
            self._outcome.failure = answer
        else:
            self._outcome.response = answer
            self._outcome.failure = answer.failure

    async def _make_answer(self, request: Request) -> Response | Failure:
        answer = self._answer
        if answer is None:
            return Response(200) if self._place.layer.is_http else Response(data={})
        if isinstance(answer, (Response, Failure)):
            return answer
        made = answer(request)
        return made if isinstance(made, (Response, Failure)) else await made

    # What is sent.

    async def _response_message(self, answer: Response | Failure, stream: int) -> Any:
        needs = self._place.needs
        message = call_pb2.Response()
        if isinstance(answer, Failure):
            if needs.response_head:
                message.failure.CopyFrom(failure_message(answer))
            return message
        full, body = answer.to_message(self._place.layer.is_http)
        message.is_data = full.is_data
        if needs.response_head:
            wanted = {name.lower() for name in needs.headers}
            message.CopyFrom(full)
            del message.headers[:]
            message.headers.extend(h for h in full.headers if not wanted or h.name.lower() in wanted)
        # Data is always sent as a whole.
        need = "buffered" if full.is_data and needs.response_body else needs.response_body
        await self._offer(message, "body", body, need, stream)
        return message

    async def _offer(self, holder: Any, field_name: str, body: Body, need: str | None, stream: int) -> None:
        if need is None or body.whole == b"":
            return
        message = getattr(holder, field_name)
        if need == "buffered":
            message.whole = await body.read()
            return
        message.stream_id, message.length = stream, body.length or 0
        credit = self._credits[stream] = OutboundCredit(0)
        self._spawn(self._pump(stream, body, credit))

    async def _pump(self, stream: int, body: Body, credit: OutboundCredit) -> None:
        # None of it is read before somebody asks for it.
        await credit.take(0)
        async for piece in body:
            while piece:
                size = await credit.take(min(len(piece), _LIMITS.max_chunk_bytes))
                self._send(chunk=call_pb2.BodyChunk(stream_id=stream, data=piece[:size]))
                piece = piece[size:]
        self._send(chunk=call_pb2.BodyChunk(stream_id=stream, is_last=True))

    def _send(self, **frame: Any) -> None:
        self._send_frame(call_pb2.GatewayFrame(call_id=self.id, **frame))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._steps.put_nowait(("error", error))

    # What is received.

    def _expect(self, stream: int) -> None:
        def grant(size: int) -> None:
            self._send(credit=call_pb2.Credit(stream_id=stream, bytes=size))

        self._streams[stream] = InboundStream(grant, _LIMITS.initial_credit_bytes)

    async def _sent_body(self, holder: Any) -> bytes | None:
        if not holder.HasField("body"):
            return None
        if holder.body.WhichOneof("content") != "stream_id":
            return bytes(holder.body.whole)
        return b"".join([chunk async for chunk in self._streams[holder.body.stream_id]])

    async def _changed_request(self, change: Any) -> Request:
        original = self._request
        sent = await self._sent_body(change)
        changed = Request(
            change.method or original.method,
            change.target or original.target,
            headers=original.headers.items(),
            query=[(p.name, p.value) for p in change.query.parameters] if change.HasField("query") else original.query.items(),
            parameters=[(p.name, p.value) for p in change.parameters.parameters] if change.HasField("parameters") else original.parameters.items(),
            body=await original.body.read() if sent is None else sent,
            claims=json.loads(change.claims_json) if change.claims_json else original.claims,
            scheme=change.scheme or original.scheme,
            authority=change.authority or original.authority,
            host_header=change.host_header or original.host_header,
            client_address=original.client_address,
            timeout=original.time_left,
        )
        changed.headers.apply(change.headers)
        return changed

    async def _changed_answer(self, answer: Response | Failure, change: Any) -> Response | Failure:
        if isinstance(answer, Failure):
            return answer
        original, body = answer.to_message(self._place.layer.is_http)
        sent = await self._sent_body(change)
        is_complete = change.is_complete if change.WhichOneof("completeness") else original.is_complete
        failure = None if change.clears_failure else answer.failure
        content = await body.read() if sent is None else sent
        original.status = change.status or original.status
        pairs = [(h.name, h.value) for h in original.headers]
        made = _response(original, pairs, content, original.is_data if sent is None else change.is_data, is_complete, failure)
        made.headers.apply(change.headers)
        return made


def _response(
    message: Any, pairs: list[tuple[str, str]], content: bytes | None, is_data: bool, is_complete: bool, failure: Failure | None
) -> Response:
    made: dict[str, Any] = {"data": json.loads(content or b"null")} if is_data else {"body": content}
    return Response(message.status or None, headers=pairs, is_complete=is_complete, is_final=message.is_final, failure=failure, **made)
