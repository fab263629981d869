"""The gRPC service of a plugin."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

from ._proto import call_pb2, plugin_service_pb2
from .body import Loop
from .configurations import Configurations
from .limits import StreamLimits
from .plugin import Plugin
from .session import Session

_log = logging.getLogger("krakenplugins_sidecar")

SERVICE = "krakenplugins.plugin.v1.PluginService"
SECRET = "krakenplugins-secret"

#: Versions of the protocol that this library speaks, both included.
MIN_PROTOCOL = 1
MAX_PROTOCOL = 1

#: Seconds without a call after which one that crossed the announcement of the end is no longer awaited.
QUIET = 0.2


class SecretInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Refuses every call without the secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    async def intercept_service(self, continuation: Callable[[Any], Awaitable[Any]], details: Any) -> Any:
        given = [value for name, value in details.invocation_metadata or () if name == SECRET]
        value = given[0] if len(given) == 1 else ""
        if not hmac.compare_digest(value if isinstance(value, bytes) else value.encode(), self._secret):
            return _REFUSED
        return await continuation(details)


async def _refuse(_: Any, context: Any) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, f"the metadata {SECRET} is missing or wrong")


# One of streams for every kind of method: others would wait for a message before they refuse.
_REFUSED = grpc.stream_stream_rpc_method_handler(_refuse)


class PluginService:
    """Answers the gateway. Runs on the event loop."""

    def __init__(self, plugin: Plugin, loop: Loop, limits: StreamLimits | None = None) -> None:
        self._plugin = plugin
        self._loop = loop
        self._own_limits = limits or StreamLimits()
        self._limits = self._own_limits
        self._configurations = Configurations(plugin, loop)
        self._sessions: set[Session] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        #: Set once the process shall end.
        self.is_done = asyncio.Event()

    def handler(self) -> Any:
        """The methods, for a server."""

        def unary(method: Callable[[Any, Any], Awaitable[Any]], name: str) -> Any:
            return grpc.unary_unary_rpc_method_handler(
                method,
                request_deserializer=getattr(plugin_service_pb2, f"{name}Request").FromString,
                response_serializer=getattr(plugin_service_pb2, f"{name}Response").SerializeToString,
            )

        methods = {
            name: unary(getattr(self, f"_{name.lower()}"), name) for name in ("Describe", "Configure", "Retire", "Health", "Shutdown")
        }
        methods["Handle"] = grpc.stream_stream_rpc_method_handler(
            self._handle,
            request_deserializer=call_pb2.HandleRequest.FromString,
            response_serializer=call_pb2.HandleResponse.SerializeToString,
        )
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    async def _describe(self, request: Any, context: Any) -> Any:
        protocol = min(MAX_PROTOCOL, request.max_protocol)
        if protocol < max(MIN_PROTOCOL, request.min_protocol):
            await context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"speaks protocol {MIN_PROTOCOL} to {MAX_PROTOCOL}, the gateway {request.min_protocol} to {request.max_protocol}",
            )
        self._limits = self._own_limits.agreed(request.limits)
        return plugin_service_pb2.DescribeResponse(
            protocol=protocol,
            id=self._plugin.id,
            version=self._plugin.version,
            components=[component.to_message() for component in self._plugin.components],
            limits=self._own_limits.to_message(),
        )

    async def _configure(self, request: Any, _: Any) -> Any:
        return await self._configurations.configure(request)

    async def _retire(self, request: Any, _: Any) -> Any:
        self._configurations.retire(request.generation)
        return plugin_service_pb2.RetireResponse()

    async def _health(self, _request: Any, _: Any) -> Any:
        return self._plugin.health_message()

    async def _shutdown(self, request: Any, _: Any) -> Any:
        # Something is left to answer and to exit with.
        await self._drain(request.grace_ms / 1000 * 0.8)
        self.is_done.set()
        return plugin_service_pb2.ShutdownResponse()

    async def leave(self, reason: str, grace: float) -> None:
        """Announces the end to the gateway, and ends when what runs is finished, in seconds."""
        for session in self._sessions:
            session.go_away(reason)
        await self._drain(grace, quiet=QUIET)
        self.is_done.set()

    async def _drain(self, grace: float, quiet: float = 0) -> None:
        try:
            async with asyncio.timeout(grace):
                for session in list(self._sessions):
                    await session.idle(quiet)
        except TimeoutError:
            _log.warning("calls were still under way after %.1f s; they are cancelled", grace)

    async def close(self) -> None:
        """Ends the streams, and closes all handlers."""
        for session in list(self._sessions):
            session.end()
        await self._configurations.close()

    async def _handle(self, _: Any, context: Any) -> None:
        session = Session(self._configurations, self._limits, self._loop)
        self._sessions.add(session)
        self._start(self._read(session, context))
        writer = self._start(self._write(session, context))
        try:
            await asyncio.wait({writer})
        finally:
            # Neither is cancelled: what they wait for belongs to the library beneath, and ends with the call.
            self._sessions.discard(session)
            session.end()

    def _start(self, work: Any) -> asyncio.Task[None]:
        task = self._loop.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _read(self, session: Session, context: Any) -> None:
        try:
            while (message := await context.read()) is not grpc.aio.EOF:
                session.receive(message)
        except (grpc.aio.BaseError, grpc.RpcError) as error:
            _log.debug("the stream of calls ended: %s", error)
        except Exception:
            _log.exception("the stream of calls cannot go on")
        finally:
            session.end()

    async def _write(self, session: Session, context: Any) -> None:
        try:
            while (message := await session.take()) is not None:
                await context.write(message)
        except (grpc.aio.BaseError, grpc.RpcError) as error:
            _log.debug("the stream of calls ended: %s", error)
        except Exception:
            _log.exception("the stream of calls cannot go on")
        finally:
            session.end()
