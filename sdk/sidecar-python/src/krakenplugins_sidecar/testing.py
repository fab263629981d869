"""Tests of handlers without a gateway and without a socket.

    stamp = await configure(plugin, "example/stamp", {"name": "X-Stamp", "value": "1"})
    outcome = await stamp.call(Request("GET", "/orders"), Response(200, data={}))
    self.assertEqual(outcome.response.headers["X-Stamp"], "1")

The handler runs as it does in a process, and is sent what it declares and nothing else; bodies come with credit.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ._exchange import Answer, GatewaySide, Outcome, PlaceUnderTest
from ._proto import call_pb2, plugin_service_pb2
from .body import Loop
from .configurations import Configurations
from .errors import ConfigError
from .limits import StreamLimits
from .needs import Layer
from .plugin import BackendPlace, Component, EndpointPlace, Plugin
from .request import Request

from .session import Session

__all__ = ["Answer", "ConfiguredComponent", "Outcome", "configure"]


class ConfiguredComponent:
    """A component with a configuration, ready to be called. Close it, or use it with "async with"."""

    def __init__(self, place: PlaceUnderTest, configurations: Configurations, pool: ThreadPoolExecutor, loop: Loop) -> None:
        self._place = place
        self._configurations = configurations
        self._pool = pool
        self._session = Session(configurations, StreamLimits(), loop)
        self._side = GatewaySide(self._send)
        self._reading = asyncio.get_running_loop().create_task(self._read())
        #: Whether the factory said that this configuration needs no component.
        self.is_unused = configurations.find(place.id) is None
        #: Findings that are no errors, as (path, message).
        self.findings: list[tuple[str, str]] = []

    async def call(self, request: Request | None = None, answer: Answer = None, *, timeout: float = 10.0) -> Outcome:
        """Calls the component, and gives what came of it.

        answer: what comes back from further in, or what a response modifier works on: a Response, a Failure, or a function, async or not, that
        makes one from the request that was passed on. timeout: seconds after which TimeoutError is raised.
        """
        async with asyncio.timeout(timeout):
            return await self._side.call(self._place, request or Request(), answer)

    async def close(self) -> None:
        """Closes the component's handler."""
        self._session.end()
        await self._reading
        await self._configurations.close()
        self._pool.shutdown(wait=False)

    async def __aenter__(self) -> ConfiguredComponent:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _send(self, frame: Any) -> None:
        self._session.receive(call_pb2.HandleRequest(frames=[frame]))

    async def _read(self) -> None:
        while (message := await self._session.take()) is not None:
            self._side.receive(message)


async def configure(
    plugin: Plugin,
    name: str,
    config: Any = None,
    *,
    layer: Layer | None = None,
    service_config: Any = None,
    endpoint: EndpointPlace | None = None,
    backend: BackendPlace | None = None,
) -> ConfiguredComponent:
    """Configures a component as a gateway would do it.

    layer is needed only where several components have the name. Raises ConfigError with what the factory finds wrong, and LookupError where the
    plugin has no such component.
    """
    component = _find(plugin, name, layer)
    message = plugin_service_pb2.Place(
        place_id=1,
        layer=int(component.layer),
        name=name,
        config_json=json.dumps(config).encode(),
        service_config_json=json.dumps(service_config).encode() if service_config is not None else b"",
        position="test.json:1:1",
        path=f"extra_config.{name}",
    )
    if endpoint is not None:
        message.endpoint.CopyFrom(
            plugin_service_pb2.EndpointPlace(
                method=endpoint.method,
                path=endpoint.path,
                timeout_ms=int((endpoint.timeout or 0) * 1000),
                is_no_op=endpoint.is_no_op,
                backend_count=endpoint.backend_count,
            )
        )
    if backend is not None:
        message.backend.CopyFrom(
            plugin_service_pb2.BackendPlace(index=backend.index, url_pattern=backend.url_pattern, method=backend.method, encoding=backend.encoding)
        )
    pool = ThreadPoolExecutor(8, thread_name_prefix="handler")
    loop = Loop(asyncio.get_running_loop(), pool)
    configurations = Configurations(plugin, loop)
    result = await configurations.configure(plugin_service_pb2.ConfigureRequest(generation=1, places=[message]))
    for finding in result.diagnostics:
        if finding.severity == plugin_service_pb2.SEVERITY_ERROR:
            pool.shutdown(wait=False)
            raise ConfigError(finding.path, finding.message, refuses_start=finding.refuses_start)
    built = configurations.find(1)
    configured = ConfiguredComponent(PlaceUnderTest(1, component.layer, built.needs if built else component.needs), configurations, pool, loop)
    configured.findings = [(finding.path, finding.message) for finding in result.diagnostics]
    return configured


def _find(plugin: Plugin, name: str, layer: Layer | None) -> Component:
    found = [c for c in plugin.components if c.name == name and layer in (None, c.layer)]
    if len(found) != 1:
        known = ", ".join(f"{c.name} ({c.layer.name.lower()})" for c in plugin.components)
        raise LookupError(f"{plugin.id} has {len(found)} components {name!r}; it has: {known or 'none at all'}")
    return found[0]
