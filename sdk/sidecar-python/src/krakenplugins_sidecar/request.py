"""The request of a call."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from ._proto import call_pb2
from .body import Body, as_body
from .errors import NotSent
from .headers import Headers, Pairs, Values
from .needs import Needs

_HEAD = "the head of the request was not sent: the component declares Needs(request_head=True) to read it"
_BODY = 'the body of the request was not sent: the component declares Needs(request_body="buffered") or "streamed" to read it'
_CLAIMS = "claims were not sent: the component declares Needs(claims=True) to read them"
_TEXTS = ("method", "target", "scheme", "authority", "host_header")


def _text(name: str, doc: str) -> property:
    def read(self: Request) -> str:
        if name not in self._texts:
            raise NotSent(_HEAD)
        return self._texts[name]

    def write(self: Request, value: str) -> None:
        self._texts[name] = str(value)
        self._changed.add(name)

    return property(read, write, doc=doc)


class Request:
    """A request on its way inwards. What a handler sets goes on; what it does not touch stays as it is.

    What the component does not need was not sent: reading it raises NotSent. Setting it works all the same.
    """

    method = _text("method", '"GET", ...')
    target = _text("target", "Path and query as they are on the wire; empty where none is built yet.")
    scheme = _text("scheme", '"http" or "https"; empty where no host is chosen yet.')
    authority = _text("authority", "Host and port, of whom scheme is.")
    host_header = _text("host_header", "Host header towards the backend where it is not the authority.")

    def __init__(
        self,
        method: str = "GET",
        target: str = "/",
        *,
        headers: Pairs = (),
        query: Pairs = (),
        parameters: Pairs = (),
        body: Any = None,
        claims: Mapping[str, Any] | None = None,
        scheme: str = "",
        authority: str = "",
        host_header: str = "",
        client_address: str = "",
        timeout: float | None = None,
    ) -> None:
        """Makes a request, as tests want it; handlers are given theirs. The timeout is in seconds."""
        self._texts = {"method": method, "target": target, "scheme": scheme, "authority": authority, "host_header": host_header}
        self._changed: set[str] = set()
        self._client_address: str | None = client_address
        self.headers = Headers(headers)
        #: Query parameters that the configuration lets through, at proxy and below.
        self.query = Values(query)
        #: Placeholders of the endpoint's path and values that were added on the way.
        self.parameters = Values(parameters)
        self._body: Body | None = as_body(body)
        self._claims: Any = json.dumps(claims).encode() if claims is not None else b""
        self._claims_sent = True
        self._deadline = None if timeout is None else time.monotonic() + timeout
        #: For the answer, before anything further in writes to it (server, endpoint); what is set goes out with the request.
        self.response_headers = Headers(missing="the answer is not there yet: headers can be set here, not read")
        #: W3C trace context of the call.
        self.traceparent = ""
        self.tracestate = ""
        #: For the handler's own values, from on_request to on_response.
        self.state = SimpleNamespace()

    @classmethod
    def received(cls, start: Any, needs: Needs, body: Body | None) -> Request:
        """The request of a CallStart, of which only what the component needs was sent."""
        self = cls(timeout=start.timeout_ms / 1000 if start.timeout_ms else None)
        head = start.request
        # The manifest may allow less than the plugin asks for.
        if needs.request_head and start.HasField("request"):
            self._texts = {name: getattr(head, name) for name in _TEXTS}
            self._client_address = head.client_address
            self.headers = Headers(((h.name, h.value) for h in head.headers), wanted=needs.headers)
            self.query = Values((p.name, p.value) for p in head.query)
            self.parameters = Values((p.name, p.value) for p in head.parameters)
        else:
            self._texts = {}
            self._client_address = None
            self.headers = Headers(missing=_HEAD)
            self.query = Values(missing=_HEAD)
            self.parameters = Values(missing=_HEAD)
        self._body = body if needs.request_body else None
        self._claims = start.claims_json
        self._claims_sent = needs.claims
        self.traceparent = start.traceparent
        self.tracestate = start.tracestate
        return self

    @property
    def path(self) -> str:
        """The target without its query."""
        return str(self.target).partition("?")[0]

    @property
    def client_address(self) -> str:
        """The client as the gateway's one rule for addresses sees it."""
        if self._client_address is None:
            raise NotSent(_HEAD)
        return self._client_address

    @property
    def body(self) -> Body:
        """The body. May be set to bytes, text, an iterable of bytes (async or not), or None for no body."""
        if self._body is None:
            raise NotSent(_BODY)
        return self._body

    @body.setter
    def body(self, content: Any) -> None:
        self._body = as_body(content)
        self._changed.add("body")

    @property
    def claims(self) -> dict[str, Any] | None:
        """Validated claims of the client's token; None without any. May be set at server and endpoint, to claims that the plugin validated."""
        if not self._claims_sent:
            raise NotSent(_CLAIMS)
        if isinstance(self._claims, bytes):
            self._claims = json.loads(self._claims) if self._claims else None
        return self._claims  # type: ignore[no-any-return]

    @claims.setter
    def claims(self, claims: Mapping[str, Any]) -> None:
        self._claims = dict(claims)
        self._claims_sent = True
        self._changed.add("claims")

    @property
    def time_left(self) -> float | None:
        """Seconds until the gateway gives the call up, 0 or more; None when there is no deadline."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def to_change(self) -> tuple[Any, Body | None]:
        """What was changed, and the body that is to be sent instead of the one that came. For the library."""
        body = replacement(self._body, "body" in self._changed, "request")
        if body is not None and "body" not in self._changed:
            self.headers.keep_encoding()
        change = call_pb2.RequestChange(headers=self.headers.changes())
        # The two of them make one host.
        moves = bool(self._changed & {"scheme", "authority"})
        for name in _TEXTS:
            if name in self._changed or (moves and name in ("scheme", "authority")):
                setattr(change, name, self._texts.get(name, ""))
        for name, values in (("query", self.query), ("parameters", self.parameters)):
            if values.is_changed:
                getattr(change, name).CopyFrom(
                    call_pb2.ParameterList(parameters=[call_pb2.Parameter(name=n, value=v) for n, v in values.items()])
                )
        if "claims" in self._changed:
            change.claims_json = json.dumps(self._claims).encode()
        return change, body


def replacement(body: Body | None, is_set: bool, whose: str) -> Body | None:
    """The body that goes on in place of the one that came; None where that one stays."""
    if body is None:
        return None
    if body.is_taken and body.whole is None:
        raise RuntimeError(f"the body of the {whose} was read in chunks, so it does not go on by itself: set {whose}.body to what goes on")
    return body if is_set or body.is_taken else None
