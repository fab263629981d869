"""The places of all configurations in use."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from ._proto import plugin_service_pb2
from .body import Loop
from .errors import ConfigError
from .handlers import Handler, HandlerFault, make_handler, run_factory
from .needs import Needs
from .plugin import Component, Place, Plugin

_log = logging.getLogger("krakenplugins_sidecar")


class ConfiguredPlace:
    """A place whose handler is there."""

    def __init__(self, component: Component, generation: int, needs: Needs, product: Any, handler: Handler) -> None:
        self.name = component.name
        self.layer = component.layer
        self.generation = generation
        self.needs = needs
        self.handler = handler
        self._product = product
        self._calls = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def enter(self) -> None:
        """Notes that a call begins."""
        self._calls += 1
        self._idle.clear()

    def leave(self) -> None:
        """Notes that a call has ended."""
        self._calls -= 1
        if self._calls == 0:
            self._idle.set()

    async def close(self) -> None:
        """Closes what the factory gave, where it can be closed, once the last call has ended."""
        close = getattr(self._product, "close", None)
        if close is None:
            return
        await self._idle.wait()
        try:
            await run_factory(close)
        except Exception:
            _log.exception("%s could not be closed", self.name)


class Configurations:
    """Builds places, finds and releases them."""

    def __init__(self, plugin: Plugin, loop: Loop) -> None:
        self._plugin = plugin
        self._loop = loop
        self._places: dict[int, ConfiguredPlace] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def find(self, place_id: int) -> ConfiguredPlace | None:
        """The place of a call."""
        return self._places.get(place_id)

    async def configure(self, request: Any) -> Any:
        """Builds the places of a request; what is wrong with one stands in the answer."""
        response = plugin_service_pb2.ConfigureResponse()
        for message in request.places:
            await self._build(message, request.generation, response)
        return response

    async def _build(self, message: Any, generation: int, response: Any) -> None:
        def error(path: str, text: str, refuses_start: bool = False) -> None:
            response.diagnostics.add(
                place_id=message.place_id, severity=plugin_service_pb2.SEVERITY_ERROR, path=path, message=text, refuses_start=refuses_start
            )

        component = self._plugin.find(message.layer, message.name)
        if component is None:
            error("", f"{self._plugin.id} has no component {message.name!r} at this layer")
            return
        try:
            place = Place.of(message)
            product = await run_factory(component.factory, place.config, place)
            handler = None if product is None else make_handler(component.layer, product, component.name, self._loop)
            if not place.needs_of(component).is_within(component.needs):
                raise HandlerFault(f"{component.name}: a place cannot need more than its component declares")
        except ConfigError as fault:
            error(fault.path, fault.message, fault.refuses_start)
            return
        except HandlerFault as fault:
            _log.error("%s", fault)
            error("", str(fault))
            return
        except Exception:
            _log.exception("%s could not be made with the configuration at %s", component.name, message.position)
            error("", f"{component.name} could not be made with this configuration; the log has the reason")
            return
        needs = place.needs_of(component)
        configured = response.places.add(place_id=message.place_id, is_unused=handler is None, propagated_headers=place.propagated)
        if place.needs is not None:
            configured.needs.CopyFrom(needs.to_message())
        for severity, path, text in place.findings:
            response.diagnostics.add(place_id=message.place_id, severity=severity, path=path, message=text)
        # A gateway that was started anew may number from 1 again.
        self._release(message.place_id)
        if handler is not None:
            self._places[message.place_id] = ConfiguredPlace(component, generation, needs, product, handler)

    def retire(self, generation: int) -> None:
        """Releases the places of a generation; each is closed when its last call has ended."""
        for place_id in [key for key, place in self._places.items() if place.generation == generation]:
            self._release(place_id)

    async def close(self) -> None:
        """Releases all places, and waits until they are closed."""
        for place_id in list(self._places):
            self._release(place_id)
        if self._closing:
            await asyncio.wait(self._closing)

    def _release(self, place_id: int) -> None:
        place = self._places.pop(place_id, None)
        if place is not None:
            task = asyncio.get_running_loop().create_task(place.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
