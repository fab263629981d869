"""One stream of calls: frames in, frames out, many calls at once."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any

from ._proto import call_pb2
from .body import Loop
from .call import Call
from .errors import Failure, FailureKind
from .limits import StreamLimits
from .response import failure_message
from .streams import StreamFault

if TYPE_CHECKING:
    from .configurations import Configurations

_log = logging.getLogger("krakenplugins_sidecar")

#: Bytes of one message, and of what waits to be sent before who sends more waits too.
BATCH = 1 << 20
BACKLOG = 4 << 20


class Session:
    """The calls of one stream. Runs on the event loop."""

    def __init__(self, configurations: Configurations, limits: StreamLimits, loop: Loop) -> None:
        self.limits = limits
        self.loop = loop
        self._configurations = configurations
        self._calls: dict[int, tuple[Call, asyncio.Task[None]]] = {}
        self._outbox: deque[tuple[Any, int]] = deque()
        self._queued = 0
        self._begun = 0
        self._is_ended = False
        self._ready = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._idle = asyncio.Event()
        self._idle.set()

    # What is sent.

    def post(self, frame: Any) -> None:
        """Sends a frame after all others that were posted."""
        if self._is_ended:
            return
        size = frame.ByteSize()
        if size > self.limits.max_message_bytes - 64:
            raise ValueError(f"a frame of {size} bytes was to be sent; {self.limits.max_message_bytes} are the limit")
        self._outbox.append((frame, size))
        self._queued += size
        if self._queued >= BACKLOG:
            self._has_room.clear()
        self._ready.set()

    async def room(self) -> None:
        """Waits while too much waits to be sent."""
        await self._has_room.wait()

    async def take(self) -> Any | None:
        """The next message, with all frames that are ready as far as they fit; None after the last one."""
        while not self._outbox:
            if self._is_ended:
                return None
            self._ready.clear()
            await self._ready.wait()
        message = call_pb2.HandleResponse()
        size = 0
        while self._outbox and (size == 0 or size + self._outbox[0][1] <= BATCH):
            frame, frame_size = self._outbox.popleft()
            message.frames.append(frame)
            size += frame_size
        self._queued -= size
        if self._queued < BACKLOG:
            self._has_room.set()
        return message

    # What is received.

    def receive(self, message: Any) -> None:
        """Takes a message of the gateway."""
        for frame in message.frames:
            kind = frame.WhichOneof("frame")
            if kind == "start":
                self._begin(frame.call_id, frame.start)
                continue
            entry = self._calls.get(frame.call_id)
            if entry is None or kind is None:
                # It has ended: frames may cross its end.
                continue
            call, task = entry
            try:
                if kind == "result":
                    call.on_result(frame.result)
                elif kind == "chunk":
                    call.on_chunk(frame.chunk)
                elif kind == "credit":
                    call.on_credit(frame.credit)
                elif kind == "cancel":
                    self._cancel(call, task)
            except StreamFault as fault:
                _log.error("the gateway broke the protocol in a call of %s: %s", call.place.name, fault)
                self._refuse(frame.call_id, FailureKind.INTERNAL, f"{call.place.name} failed")
                self._cancel(call, task)

    def _begin(self, call_id: int, start: Any) -> None:
        place = self._configurations.find(start.place_id)
        if place is None:
            self._refuse(call_id, FailureKind.INTERNAL, f"place {start.place_id} is not configured")
            return
        if len(self._calls) >= self.limits.max_concurrent_calls:
            self._refuse(call_id, FailureKind.OVERLOADED, f"{self.limits.max_concurrent_calls} calls are under way already")
            return
        call = Call(self, call_id, start, place)
        self._begun += 1
        place.enter()
        task = self.loop.loop.create_task(call.run(place.handler))
        self._calls[call_id] = (call, task)
        self._idle.clear()
        task.add_done_callback(lambda done: self._ended(call_id, done))

    def _ended(self, call_id: int, task: asyncio.Task[None]) -> None:
        call, _ = self._calls.pop(call_id)
        call.place.leave()
        if not self._calls:
            self._idle.set()
        if not task.cancelled() and task.exception() is not None:
            _log.error("a call of %s could not be ended", call.place.name, exc_info=task.exception())
            self._refuse(call_id, FailureKind.INTERNAL, f"{call.place.name} failed")

    def _refuse(self, call_id: int, kind: FailureKind, message: str) -> None:
        failure = failure_message(Failure(kind, message=message))
        self.post(call_pb2.PluginFrame(call_id=call_id, finish=call_pb2.Finish(failure=failure)))

    @staticmethod
    def _cancel(call: Call, task: asyncio.Task[None]) -> None:
        call.end("the gateway no longer wants the call")
        task.cancel()

    # The end.

    def go_away(self, reason: str) -> None:
        """Tells the gateway that this process is going to end."""
        self.post(call_pb2.PluginFrame(call_id=0, going_away=call_pb2.GoingAway(reason=reason)))

    async def idle(self, quiet: float = 0) -> None:
        """Waits until no call is under way, and none has begun for so many seconds."""
        await self._idle.wait()
        while quiet:
            begun = self._begun
            await asyncio.sleep(quiet)
            await self._idle.wait()
            if begun == self._begun:
                return

    def end(self) -> None:
        """Cancels what is under way, and ends the stream after what was posted."""
        for call, task in list(self._calls.values()):
            self._cancel(call, task)
        self._is_ended = True
        self._has_room.set()
        self._ready.set()
