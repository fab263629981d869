"""What components are called, where they stand, and what they are sent."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Literal

from ._proto import call_pb2

BodyNeed = Literal["buffered", "streamed"]

_BODY_NUMBERS = {
    None: call_pb2.BODY_NEED_UNSPECIFIED,
    "buffered": call_pb2.BODY_NEED_BUFFERED,
    "streamed": call_pb2.BODY_NEED_STREAMED,
}


class Layer(enum.IntEnum):
    """Where a component stands; the numbers are those of the protocol."""

    SERVER = 1
    ENDPOINT = 2
    PROXY = 3
    BACKEND = 4
    CLIENT = 5
    EXECUTOR = 6
    HTTP_SERVER = 7
    HTTP_CLIENT = 8
    REQUEST_MODIFIER = 9
    RESPONSE_MODIFIER = 10
    MIDDLEWARE = 11

    @property
    def is_http(self) -> bool:
        """Whether its answers are raw HTTP; elsewhere they are data."""
        return self in _HTTP_LAYERS


    @property
    def is_exchange(self) -> bool:
        """Whether it is around an exchange with the client, which goes on once."""
        return self in _EXCHANGE_LAYERS


_EXCHANGE_LAYERS = frozenset({Layer.SERVER, Layer.ENDPOINT, Layer.HTTP_SERVER})
_HTTP_LAYERS = frozenset({Layer.SERVER, Layer.ENDPOINT, Layer.CLIENT, Layer.HTTP_SERVER, Layer.HTTP_CLIENT})


class Reach(enum.IntEnum):
    """In which places of its layer a component stands; the numbers are those of the protocol."""

    #: Where its namespace stands in the place's own extra_config.
    OWN = 0
    #: There, and in every place of the layer once it stands in the extra_config of the service.
    SERVICE = 1
    #: Around the service, once an endpoint has it.
    ENDPOINTS = 2


@dataclass(frozen=True)
class Stage:
    """A place among the components of a layer; lower orders are further outside."""

    order: int
    name: str = ""
    exclusive: str = ""


@dataclass(frozen=True)
class Needs:
    """What of an exchange reaches a component. What is not named here is not sent, and stays as it is."""

    #: Method, target, headers, parameters, client address.
    request_head: bool = False
    #: "buffered": the whole body with the head. "streamed": chunks, once they are asked for.
    request_body: BodyNeed | None = None
    #: Status, headers, completeness and failure of what comes back from further in.
    response_head: bool = False
    #: Its body. Data always comes as a whole.
    response_body: BodyNeed | None = None
    #: Validated claims of the client's token.
    claims: bool = False
    #: Headers that are wanted, in any case; all of them when empty.
    headers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("request_body", "response_body"):
            if getattr(self, name) not in _BODY_NUMBERS:
                raise ValueError(f'{name}: {getattr(self, name)!r} is no need; "buffered", "streamed" or None was expected')
        if isinstance(self.headers, str):
            raise TypeError("headers: a tuple of names was expected, not one text")
        object.__setattr__(self, "headers", tuple(self.headers))

    def to_message(self) -> Any:
        return call_pb2.Needs(
            request_head=self.request_head,
            request_body=_BODY_NUMBERS[self.request_body],
            response_head=self.response_head,
            response_body=_BODY_NUMBERS[self.response_body],
            claims=self.claims,
            headers=self.headers,
        )

    def is_within(self, bound: Needs) -> bool:
        """Whether nothing is needed that the bound does not have."""
        return (
            self.request_head <= bound.request_head
            and self.response_head <= bound.response_head
            and self.claims <= bound.claims
            and self.request_body in (None, bound.request_body)
            and self.response_body in (None, bound.response_body)
            and (not bound.headers or (bool(self.headers) and {h.lower() for h in self.headers} <= {h.lower() for h in bound.headers}))
        )
