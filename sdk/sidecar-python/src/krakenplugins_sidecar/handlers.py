"""Makes what runs a call out of what a factory gave."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from .body import Loop
from .call import Call, Outcome
from .errors import Failure, Refusal
from .needs import Layer
from .request import Request
from .response import Response

Handler = Callable[[Call], Awaitable[Outcome | None]]
Invoke = Callable[..., Awaitable[Any]]


class HandlerFault(TypeError):
    """What a factory gave is no handler."""


def is_async(function: Any) -> bool:
    """Whether calling it gives something to await."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))


def invoker(function: Callable[..., Any], loop: Loop) -> Invoke:
    """Calls a function wherever it belongs: async ones on the loop, plain ones in a thread."""
    if is_async(function):
        return function

    async def in_thread(*arguments: Any) -> Any:
        context = contextvars.copy_context()
        result = await loop.run(context.run, function, *arguments)
        return await result if inspect.isawaitable(result) else result

    return in_thread


def make_handler(layer: Layer, product: Any, name: str, loop: Loop) -> Handler:
    """The handler of a place. A product has the methods of its layer, or is a function that is the layer's main method.

    Raises HandlerFault for anything else.
    """
    handle = getattr(product, "handle", None)
    on_request = getattr(product, "on_request", None)
    on_response = getattr(product, "on_response", None)
    if layer is Layer.EXECUTOR:
        return _executor(_only(handle or product, name, "handle(request)"), loop)
    if layer is Layer.REQUEST_MODIFIER:
        return _request_modifier(_only(on_request or product, name, "on_request(request)"), loop)
    if layer is Layer.RESPONSE_MODIFIER:
        return _response_modifier(_only(on_response or product, name, "on_response(response, request)"), loop)
    if handle is None and on_request is None and on_response is None:
        handle = _only(product, name, "handle(request, next), on_request(request) or on_response(response, request)")
    if handle is None:
        return _hooks(on_request, on_response, loop)
    if on_request is not None or on_response is not None:
        raise HandlerFault(f"{name}: a handler has handle, or on_request and on_response, not both")
    return _around(handle, loop)


def _only(function: Any, name: str, expected: str) -> Callable[..., Any]:
    if not callable(function) or inspect.isclass(function):
        raise HandlerFault(f"{name}: the factory gave {type(function).__name__}; a handler with {expected} was expected")
    return function  # type: ignore[no-any-return]


def _answer(result: Any, expected: str) -> Outcome:
    if isinstance(result, (Response, Refusal, Failure)):
        return result
    raise TypeError(f"the handler gave {type(result).__name__}; {expected} was expected")


def _executor(function: Callable[..., Any], loop: Loop) -> Handler:
    invoke = invoker(function, loop)

    async def run(call: Call) -> Outcome:
        result = await invoke(call.request)
        if isinstance(result, (dict, list)):
            return Response(200, data=result)
        return _answer(result, "a Response, data (a dict or a list) or a Refusal")

    return run


def _request_modifier(function: Callable[..., Any], loop: Loop) -> Handler:
    invoke = invoker(function, loop)

    async def run(call: Call) -> Outcome:
        result = await invoke(call.request)
        if result is None or isinstance(result, Request):
            return call.request
        if isinstance(result, Response):
            raise TypeError("a request modifier changes the request or refuses it; it gives no answer")
        return _answer(result, "None or a Refusal")

    return run


def _response_modifier(function: Callable[..., Any], loop: Loop) -> Handler:
    invoke = invoker(function, loop)

    async def run(call: Call) -> Outcome:
        result = await invoke(call.response, call.request)
        if result is None or result is call.response:
            return call.response
        if isinstance(result, Response):
            raise TypeError("a response modifier changes the response that it is given; it makes no other")
        return _answer(result, "None or a Refusal")

    return run


def _around(function: Callable[..., Any], loop: Loop) -> Handler:
    invoke = invoker(function, loop)
    runs_here = is_async(function)

    async def run(call: Call) -> Outcome:
        result = await invoke(call.request, call.next if runs_here else call.next_waiting)
        return _answer(result, "a Response (that of next, or another one) or a Refusal")

    return run


def _hooks(on_request: Callable[..., Any] | None, on_response: Callable[..., Any] | None, loop: Loop) -> Handler:
    before = None if on_request is None else invoker(on_request, loop)
    after = None if on_response is None else invoker(on_response, loop)

    async def run(call: Call) -> Outcome | None:
        if before is not None:
            result = await before(call.request)
            if result is not None and result is not call.request:
                return _answer(result, "None, a Response or a Refusal")
        if after is None:
            # Saves a round trip.
            await call.pass_on(call.request)
            return None
        response = await call.next(call.request)
        result = await after(response, call.request)
        return response if result is None else _answer(result, "None, a Response or a Refusal")

    return run


async def run_factory(factory: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a factory: in a thread of its own unless it is async, so that health is told while it works."""
    if is_async(factory):
        return await factory(*arguments)
    result = await asyncio.to_thread(factory, *arguments)
    return await result if inspect.isawaitable(result) else result
