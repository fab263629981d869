"""Async tests on one event loop: grpc.aio does not like its loop to change."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import unittest
from collections.abc import Callable, Coroutine
from typing import Any

_RUNNER = asyncio.Runner()


class AsyncCase(unittest.TestCase):
    """A case whose tests may be async; "enter" takes what is to be left after the test."""

    def __init_subclass__(cls) -> None:
        for name, test in list(vars(cls).items()):
            if name.startswith("test") and inspect.iscoroutinefunction(test):
                setattr(cls, name, _on_loop(test))

    async def prepare(self) -> None:
        """Runs before each async test."""

    async def enter(self, context: contextlib.AbstractAsyncContextManager[Any]) -> Any:
        return await self._stack.enter_async_context(context)


def _on_loop(test: Callable[[AsyncCase], Coroutine[Any, Any, None]]) -> Callable[[AsyncCase], None]:
    @functools.wraps(test)
    def run(self: AsyncCase) -> None:
        async def whole() -> None:
            async with contextlib.AsyncExitStack() as self._stack:
                await self.prepare()
                await test(self)

        _RUNNER.run(whole())

    return run
