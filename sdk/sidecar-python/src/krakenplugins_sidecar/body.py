"""Bodies: bytes that are there, or that come in chunks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Executor
from typing import Any, TypeVar

from .errors import BodyTooLong

T = TypeVar("T")


#: Bytes that a body may have where it is held as a whole, unless the gateway says less.
MAX_WHOLE = 8 << 20


class Loop:
    """The event loop of a plugin, and how plain handlers in threads wait for what it does."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: Executor) -> None:
        self.loop = loop
        self.threads = threads
        self._thread = threading.get_ident()

    def wait(self, work: Coroutine[Any, Any, T], instead: str) -> T:
        """Runs the work on the loop, and waits for it in another thread."""
        if threading.get_ident() == self._thread:
            work.close()
            raise RuntimeError(f"this would block the event loop; {instead}")
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs a plain function in a thread."""
        return await self.loop.run_in_executor(self.threads, function, *arguments)


class Body:
    """A body. Async handlers read it with ``await body.read()`` or ``async for``, plain ones with ``bytes(body)`` or ``for``.

    A body that is streamed can be read once. What reads it in chunks takes it over: what goes on is what the handler sets.
    """

    def __init__(
        self, content: Any = None, *, length: int | None = None, loop: Loop | None = None, max_whole: int = MAX_WHOLE, too_long: int = 413
    ) -> None:
        """Takes bytes, text (as UTF-8), None for an empty body, or an iterable, async or not, of bytes.

        max_whole: bytes that read() holds at most; too_long: the status of who does not catch that there are more.
        """
        self._loop = loop
        self._max_whole = max_whole
        self._too_long = too_long
        self._whole: bytes | None = None
        self._chunks: AsyncIterable[bytes] | Iterable[bytes] | None = None
        self.is_taken = False
        if isinstance(content, Body):
            raise TypeError("this is a body already")
        if content is None:
            self._whole = b""
        elif isinstance(content, str):
            self._whole = content.encode()
        elif isinstance(content, (bytes, bytearray, memoryview)):
            self._whole = bytes(content)
        elif isinstance(content, (AsyncIterable, Iterable)):
            self._chunks = content
        else:
            raise TypeError(f"a body is bytes, text, None or an iterable of bytes, not {type(content).__name__}")
        #: Bytes in all, where known.
        self.length = len(self._whole) if self._whole is not None else length

    @property
    def whole(self) -> bytes | None:
        """The bytes of a body that is there as a whole; None for one in chunks that was not read to its end."""
        return self._whole

    async def read(self) -> bytes:
        """Reads the whole. Raises BodyTooLong beyond what may be held, and BodyBroken when it breaks off."""
        if self._whole is None:
            parts: list[bytes] = []
            size = 0
            async for part in self:
                size += len(part)
                if size > self._max_whole:
                    raise BodyTooLong(f"the body is longer than {self._max_whole} bytes; read it in chunks", self._too_long)
                parts.append(part)
            self._whole = b"".join(parts)
            self.length = len(self._whole)
        return self._whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._whole is not None:
            if self._whole:
                yield self._whole
            return
        if self.is_taken:
            raise RuntimeError("a body in chunks can be read only once")
        self.is_taken = True
        chunks = self._chunks
        self._chunks = None
        if isinstance(chunks, AsyncIterable):
            async for chunk in chunks:
                yield chunk
        elif isinstance(chunks, (list, tuple)) or self._loop is None:
            for chunk in chunks or ():
                yield chunk
        else:
            # A generator of a plain handler may wait.
            iterator = iter(chunks or ())
            while (part := await self._loop.run(_next_of, iterator)) is not None:
                yield part

    def __bytes__(self) -> bytes:
        if self._whole is not None:
            return self._whole
        return self._waiting().wait(self.read(), "use: await body.read()")

    def __iter__(self) -> Iterator[bytes]:
        if self._whole is not None:
            if self._whole:
                yield self._whole
            return
        iterator = aiter(self)
        while (part := self._waiting().wait(_next(iterator), "use: async for")) is not None:
            yield part

    def _waiting(self) -> Loop:
        if self._loop is None:
            raise RuntimeError("this body can be read by async code only")
        return self._loop

    def bind(self, loop: Loop) -> None:
        """Lets what is plain wait for it in threads. For the library."""
        if self._loop is None:
            self._loop = loop

    def __repr__(self) -> str:
        return f"<body of {'an unknown number of' if self.length is None else self.length} bytes>"


def _next_of(iterator: Iterator[bytes]) -> bytes | None:
    return next(iterator, None)


async def _next(iterator: AsyncIterator[bytes]) -> bytes | None:
    return await anext(iterator, None)


def as_body(content: Any) -> Body:
    """The content as a body; bodies stay what they are."""
    return content if isinstance(content, Body) else Body(content)
