"""Bodies in chunks: who receives one gives credit, who sends one waits for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from .errors import BodyBroken

#: Bytes that a body from the gateway may have under way.
WINDOW = 256 << 10


class StreamFault(Exception):
    """The other side broke the rules of a body."""


class InboundStream:
    """A body that the other side sends. Without initial credit nothing comes before somebody reads."""

    def __init__(self, grant: Callable[[int], None], initial: int = 0) -> None:
        self._grant = grant
        self._chunks: deque[bytes] = deque()
        self._initial = initial
        self._credit = initial
        self._consumed = 0
        self._is_ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    def feed(self, data: bytes, is_last: bool, is_broken: bool) -> None:
        """Takes a chunk."""
        if self._is_ended:
            raise StreamFault("a chunk came after the last one of its body")
        self._credit -= len(data)
        if self._credit < 0:
            raise StreamFault("a chunk came beyond the credit of its body")
        if data:
            self._chunks.append(data)
        self._is_ended = is_last or is_broken
        if is_broken:
            self._error = BodyBroken("the body broke off")
        self._wake()

    def fail(self, error: Exception) -> None:
        """Ends the stream for who reads it."""
        if not self._is_ended:
            self._is_ended = True
            self._error = error
            self._chunks.clear()
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _give(self, size: int) -> None:
        self._credit += size
        self._grant(size)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if not self._initial:
            self._give(WINDOW)
        while True:
            while self._chunks:
                chunk = self._chunks.popleft()
                yield chunk
                # What was consumed, not what was stored.
                self._consumed += len(chunk)
                if self._consumed >= WINDOW // 2 and not self._is_ended:
                    self._give(self._consumed)
                    self._consumed = 0
            if self._is_ended:
                if self._error is not None:
                    raise self._error
                return
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
            self._waiter = None


class OutboundCredit:
    """What may be sent of a body."""

    def __init__(self, initial: int) -> None:
        self._available = initial
        self._waiter: asyncio.Future[None] | None = None

    def add(self, size: int) -> None:
        """Takes credit."""
        self._available += size
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def take(self, size: int) -> int:
        """Waits until something may be sent, and takes up to so many bytes."""
        while self._available <= 0:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
            self._waiter = None
        taken = min(size, self._available)
        self._available -= taken
        return taken
