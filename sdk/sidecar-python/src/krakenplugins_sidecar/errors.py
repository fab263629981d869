"""What handlers and factories raise, and what is raised to them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class FailureKind(enum.IntEnum):
    """Why a call came to nothing; the numbers are those of the protocol."""

    UNSPECIFIED = 0
    INTERNAL = 1
    TIMEOUT = 2
    CONNECTION = 3
    STATUS = 4
    PAYLOAD = 5
    REJECTED = 6
    OVERLOADED = 7
    CLIENT_ABORTED = 8
    LOST = 9
    MULTIPLE = 10

    @classmethod
    def _missing_(cls, value: object) -> FailureKind:
        # The protocol may grow.
        return cls.UNSPECIFIED


@dataclass(frozen=True)
class Failure:
    """A call that failed: what an attempt came to, or what a handler answers instead of a response."""

    kind: FailureKind = FailureKind.INTERNAL
    #: HTTP status for the client; 0 for 500.
    status: int = 0
    #: For the log and, where the configuration shows messages of errors, for the client; no secrets.
    message: str = ""
    #: What the client is shown in place of the message.
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=())
    #: Whether the client sees the body whatever the configuration says of messages.
    is_body_public: bool = False
    #: Whether it says nothing of the backend, so that circuit breakers count it neither way.
    is_neutral: bool = False
    #: Whether the request certainly never reached the backend.
    is_unsent: bool = False


class Refusal(Exception):
    """Raised or returned by a handler: the request is refused on purpose, with this HTTP status and message."""

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        body: bytes | str = b"",
        content_type: str = "",
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        if not 400 <= status <= 599:
            raise ValueError(f"a refusal has a status of 400 to 599, not {status}")
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.body = body.encode() if isinstance(body, str) else bytes(body)
        self.content_type = content_type or ("text/plain; charset=utf-8" if isinstance(body, str) and body else "")
        self.headers = tuple(headers.items() if isinstance(headers, Mapping) else headers)

    def to_failure(self) -> Failure:
        """The failure that the gateway is told."""
        return Failure(
            FailureKind.REJECTED,
            self.status,
            self.message,
            body=self.body,
            content_type=self.content_type,
            headers=self.headers,
            is_body_public=bool(self.body),
            is_neutral=True,
        )


class ConfigError(Exception):
    """Raised by a factory: the configuration is wrong. The gateway shows it with the place in its file.

    The path lies within the namespace's value ("rules[2].expr"; empty for the whole); the message says what is wrong and what was expected.
    """

    def __init__(self, path: str, message: str, *, refuses_start: bool = False) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message
        self.refuses_start = refuses_start

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class NotSent(LookupError):
    """Raised where a handler reads what its component does not need, and so was not sent."""


class BodyBroken(ConnectionError):
    """Raised to who reads a body that broke off: what came is not all."""


class BodyTooLong(ValueError):
    """Raised where a body is longer than what may be held as a whole; who does not catch it answers with its status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class CallCancelled(Exception):
    """Raised to plain handlers that wait for the gateway when the gateway no longer wants the call; async ones are cancelled."""
