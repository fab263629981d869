"""A plugin: its components, and the places that a configuration gives them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

from ._proto import plugin_service_pb2
from .needs import Layer, Needs, Reach, Stage

F = TypeVar("F", bound=Callable[..., Any])
HealthStatus = Literal["serving", "degraded", "not_serving"]

_STATUSES = {
    "serving": plugin_service_pb2.HEALTH_STATUS_SERVING,
    "degraded": plugin_service_pb2.HEALTH_STATUS_DEGRADED,
    "not_serving": plugin_service_pb2.HEALTH_STATUS_NOT_SERVING,
}


@dataclass(frozen=True)
class Component:
    """Something that a configuration can use, and the factory of its handlers."""

    name: str
    layer: Layer
    factory: Callable[..., Any]
    needs: Needs
    stage: Stage | None = None
    reach: Reach = Reach.OWN

    def to_message(self) -> Any:
        message = plugin_service_pb2.Component(name=self.name, layer=int(self.layer), needs=self.needs.to_message(), reach=int(self.reach))
        if self.stage is not None:
            message.stage.CopyFrom(plugin_service_pb2.Stage(order=self.stage.order, name=self.stage.name, exclusive=self.stage.exclusive))
        return message


@dataclass(frozen=True)
class EndpointPlace:
    """The endpoint of a place. The timeout is in seconds; None without one."""

    method: str
    path: str
    timeout: float | None
    is_no_op: bool
    backend_count: int


@dataclass(frozen=True)
class BackendPlace:
    """The backend of a place."""

    index: int
    url_pattern: str
    method: str
    encoding: str


class _PlaceLog(logging.LoggerAdapter):  # type: ignore[type-arg]
    def process(self, msg: Any, kwargs: Any) -> Any:
        # The formatter of the library puts it before the message.
        kwargs["extra"] = {**(kwargs.get("extra") or {}), **(self.extra or {})}
        return msg, kwargs


class Place:
    """One place of a configuration that uses a component; factories are given it."""

    def __init__(
        self,
        name: str,
        layer: Layer,
        config: Any = None,
        *,
        service_config: Any = None,
        position: str = "",
        path: str = "",
        log_prefix: str = "",
        endpoint: EndpointPlace | None = None,
        backend: BackendPlace | None = None,
    ) -> None:
        self.name = name
        self.layer = layer
        #: The value of the namespace, defaults not filled in.
        self.config = config
        #: The value that the service has under the same namespace, where that is another one.
        self.service_config = service_config
        #: "krakend.json:41:17"
        self.position = position
        #: "endpoints[3].backend[0].extra_config.acme/audit"
        self.path = path
        #: Absent at the service.
        self.endpoint = endpoint
        #: Absent above the backends.
        self.backend = backend
        #: Logger whose lines begin with what the gateway's own about the place begin with.
        self.log = _PlaceLog(logging.getLogger(name), {"log_prefix": log_prefix})
        #: What it needs with this configuration, where that is less than its component declares; a factory may set it.
        self.needs: Needs | None = None
        self.propagated: list[str] = []
        self.findings: list[tuple[int, str, str]] = []

    @classmethod
    def of(cls, message: Any) -> Place:
        """The place of a message of the protocol."""
        endpoint = backend = None
        if message.HasField("endpoint"):
            e = message.endpoint
            endpoint = EndpointPlace(e.method, e.path, e.timeout_ms / 1000 if e.timeout_ms else None, e.is_no_op, e.backend_count)
        if message.HasField("backend"):
            b = message.backend
            backend = BackendPlace(b.index, b.url_pattern, b.method, b.encoding)
        return cls(
            message.name,
            Layer(message.layer),
            json.loads(message.config_json) if message.config_json else None,
            service_config=json.loads(message.service_config_json) if message.service_config_json else None,
            position=message.position,
            path=message.path,
            log_prefix=message.log_prefix,
            endpoint=endpoint,
            backend=backend,
        )

    def propagate(self, *headers: str) -> None:
        """Headers of the request that reach every backend whatever "input_headers" lists (endpoint)."""
        self.propagated.extend(headers)

    def inform(self, path: str, message: str) -> None:
        """A finding that is no fault; the path lies within the namespace's value."""
        self.findings.append((plugin_service_pb2.SEVERITY_INFO, path, message))

    def warn(self, path: str, message: str) -> None:
        """A finding that somebody should look at; raise ConfigError where the component cannot work."""
        self.findings.append((plugin_service_pb2.SEVERITY_WARNING, path, message))

    def needs_of(self, component: Component) -> Needs:
        """What is sent to the place."""
        return component.needs if self.needs is None else self.needs


class _Register:
    """Registers factories of one layer; see Plugin."""

    def __init__(self, plugin: Plugin, layer: Layer) -> None:
        self._plugin = plugin
        self._layer = layer

    @overload
    def __call__(self, name: str, factory: F, *, needs: Needs = ..., stage: Stage | None = ..., reach: Reach = ...) -> F: ...

    @overload
    def __call__(self, name: str, *, needs: Needs = ..., stage: Stage | None = ..., reach: Reach = ...) -> Callable[[F], F]: ...

    def __call__(
        self, name: str, factory: F | None = None, *, needs: Needs = Needs(), stage: Stage | None = None, reach: Reach = Reach.OWN
    ) -> F | Callable[[F], F]:
        def register(made: F) -> F:
            self._plugin.add(Component(name, self._layer, made, needs, stage, reach))
            return made

        return register if factory is None else register(factory)


class Plugin:
    """A plugin, with the id and version of its plugin.json.

    Its components are registered with the methods that are called after the layers, as decorators or with the factory as second argument. A
    factory is anything that takes ``(config, place)`` and gives a handler: a class, a function, async or not. It gives None where the
    configuration needs no component, and raises ConfigError where it is wrong.
    """

    def __init__(self, id: str, version: str) -> None:
        self.id = id
        self.version = version
        self._components: dict[tuple[int, str], Component] = {}
        self._health: tuple[str, str] = ("serving", "")
        self._lock = threading.Lock()
        #: Around every exchange of the service.
        self.server = _Register(self, Layer.SERVER)
        #: Around the exchanges of one endpoint.
        self.endpoint = _Register(self, Layer.ENDPOINT)
        #: Around an endpoint's merged data.
        self.proxy = _Register(self, Layer.PROXY)
        #: Around one backend's decoded data.
        self.backend = _Register(self, Layer.BACKEND)
        #: Around one backend's raw HTTP call.
        self.client = _Register(self, Layer.CLIENT)
        #: In place of a backend's transport.
        self.executor = _Register(self, Layer.EXECUTOR)
        #: plugin/http-server
        self.http_server = _Register(self, Layer.HTTP_SERVER)
        #: plugin/http-client
        self.http_client = _Register(self, Layer.HTTP_CLIENT)
        #: plugin/req-resp-modifier, requests
        self.request_modifier = _Register(self, Layer.REQUEST_MODIFIER)
        #: plugin/req-resp-modifier, answers
        self.response_modifier = _Register(self, Layer.RESPONSE_MODIFIER)
        #: plugin/middleware
        self.middleware = _Register(self, Layer.MIDDLEWARE)

    @property
    def components(self) -> list[Component]:
        """The components, in the order of their registration."""
        return list(self._components.values())

    def add(self, component: Component) -> None:
        """Registers a component. Raises ValueError where its layer has one of this name."""
        key = (int(component.layer), component.name)
        if key in self._components:
            raise ValueError(f"{component.name!r} is registered twice at the layer {component.layer.name.lower()}")
        self._components[key] = component

    def find(self, layer: int, name: str) -> Component | None:
        """The component of a layer by its name."""
        return self._components.get((layer, name))

    def set_health(self, status: HealthStatus, message: str = "") -> None:
        """Says how the plugin is, from any thread; the gateway asks several times a second.

        "degraded" is shown only, "not_serving" asks for a new start. The message is for people; no secrets.
        """
        if status not in _STATUSES:
            raise ValueError(f"{status!r} is no status; one of {', '.join(_STATUSES)} was expected")
        with self._lock:
            self._health = (status, message)

    def health_message(self) -> Any:
        with self._lock:
            status, message = self._health
        return plugin_service_pb2.HealthResponse(status=_STATUSES[status], message=message)
