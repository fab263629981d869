"""The answer of a call."""

from __future__ import annotations

import json
from typing import Any

from ._proto import call_pb2
from .body import Body, as_body
from .errors import Failure, FailureKind, NotSent
from .headers import Headers, Pairs
from .needs import Needs
from .request import replacement

_HEAD = "the head of the answer was not sent: the component declares Needs(response_head=True) to read or to change it"
_BODY = 'the body of the answer was not sent: the component declares Needs(response_body="buffered") or "streamed" to read it'
_NOTHING = object()


class Response:
    """An answer on its way outwards: one that came back from further in, or one that the handler makes.

    What a handler sets of one that came goes on; what it does not touch stays as it is.
    """

    def __init__(
        self,
        status: int | None = None,
        *,
        headers: Pairs = (),
        body: Any = None,
        data: Any = _NOTHING,
        is_complete: bool = True,
        is_final: bool = False,
        failure: Failure | None = None,
    ) -> None:
        """Makes an answer. Of body (bytes, text, an iterable of bytes) and data (what becomes a JSON document) one can be given.

        is_complete: whether every part of the data is there. is_final: whether it is the client's answer as it is, without anything that the
        gateway adds (proxy). failure: what went wrong beside the data.
        """
        if body is not None and data is not _NOTHING:
            raise ValueError("an answer has a body or data, not both")
        if status is not None:
            _check_status(status)
        #: The attempt that it came back from; None for one that the handler made.
        self.attempt: int | None = None
        self._status = status
        self._head_sent = True
        self._body: Body | None = as_body(body)
        self._data = data
        self._original: bytes | None = None
        self._is_data = data is not _NOTHING
        self._is_complete = is_complete
        self._failure = failure
        self._is_failure_alone = False
        self._changed: set[str] = set()
        self.headers = Headers(headers)
        self.is_final = is_final

    @classmethod
    def received(cls, message: Any, attempt: int, needs: Needs, body: Body | None) -> Response:
        """What came of an attempt, of which only what the component needs was sent."""
        self = cls(is_complete=message.is_complete, is_final=message.is_final)
        self.attempt = attempt
        self._status = message.status
        self._head_sent = needs.response_head
        pairs = ((h.name, h.value) for h in message.headers)
        # Without it nobody knows whether there is an answer at all, or a failure, which has no head; a modifier always has one.
        is_fixed = attempt != 0
        self.headers = Headers(pairs, wanted=needs.headers) if needs.response_head else Headers(missing=_HEAD, is_fixed=is_fixed)
        self._is_data = message.is_data
        self._body = body if needs.response_body else None
        if message.HasField("failure"):
            self._failure = failure_of(message.failure)
            self._is_failure_alone = not message.is_data and message.status == 0 and not message.HasField("body")
        return self

    @property
    def status(self) -> int:
        """HTTP status; 0 for merged data."""
        if not self._head_sent and "status" not in self._changed:
            raise NotSent(_HEAD)
        return self._status or 0

    @status.setter
    def status(self, status: int) -> None:
        _check_status(status)
        if not self._head_sent and self.attempt != 0:
            raise NotSent(_HEAD)
        self._status = status
        self._changed.add("status")

    @property
    def is_complete(self) -> bool:
        """Whether every part of the data is there (X-Krakend-Completed)."""
        if not self._head_sent and "is_complete" not in self._changed:
            raise NotSent(_HEAD)
        return self._is_complete

    @is_complete.setter
    def is_complete(self, value: bool) -> None:
        self._is_complete = bool(value)
        self._changed.add("is_complete")

    @property
    def failure(self) -> Failure | None:
        """What went wrong: instead of an answer, or beside data. Set it to None to take a failure beside data away."""
        if not self._head_sent and "failure" not in self._changed:
            raise NotSent(_HEAD)
        return self._failure

    @failure.setter
    def failure(self, value: None) -> None:
        if value is not None:
            raise TypeError("return a Failure instead of the answer; None takes one away")
        self._failure = None
        self._changed.add("failure")

    @property
    def is_data(self) -> bool:
        """Whether the body is data; else it is raw bytes."""
        return self._is_data

    @property
    def body(self) -> Body:
        """The raw body. May be set to bytes, text, an iterable of bytes (async or not), or None for no body."""
        if self._data is not _NOTHING and self._original is None:
            return Body(_dump(self._data))
        if self._body is None:
            raise NotSent(_BODY)
        return self._body

    @body.setter
    def body(self, content: Any) -> None:
        self._body = as_body(content)
        self._data, self._original, self._is_data = _NOTHING, None, False
        self._changed.add("body")

    @property
    def data(self) -> Any:
        """The data, decoded once; None when there is none. It may be changed in place, or set."""
        if self._data is _NOTHING:
            if self._body is None:
                raise NotSent(_BODY)
            if self._body.whole == b"":
                return None
            if self._body.whole is None or not self._is_data:
                raise ValueError("the answer is raw bytes, not data: read its body")
            self._original = self._body.whole
            self._data = json.loads(self._original)
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data, self._original, self._is_data = data, None, True
        self._changed.add("body")

    def _new_body(self) -> Body | None:
        if self._data is not _NOTHING:
            if self._original is None:
                return Body(_dump(self._data))
            # Only data that was changed goes back: what is not touched keeps its very digits.
            dumped = _dump(self._data)
            return None if dumped == _dump(json.loads(self._original)) else Body(dumped)
        return replacement(self._body, "body" in self._changed, "response")

    def to_change(self) -> tuple[Any, Body | None]:
        """What was changed of an answer that came, and the body that is to be sent instead of its own. For the library.

        A failure without an answer beside it stays what it is unless a body is set: it has no head to change.
        """
        body = self._new_body()
        if self._is_failure_alone and body is None:
            return call_pb2.ResponseChange(attempt=self.attempt or 0), None
        if body is not None and body is self._body and "body" not in self._changed:
            self.headers.keep_encoding()
        change = call_pb2.ResponseChange(attempt=self.attempt or 0, headers=self.headers.changes())
        if body is not None:
            change.is_data = self._is_data
        if "status" in self._changed:
            change.status = self._status or 0
        if "is_complete" in self._changed:
            change.is_complete = self._is_complete
        change.clears_failure = "failure" in self._changed
        return change, body

    def to_message(self, is_http: bool, is_executor: bool = False) -> tuple[Any, Body]:
        """An answer that the handler made, and its body. For the library."""
        is_data = self._is_data and not is_http
        status = self._status or (0 if is_data and not is_executor else 200)
        message = call_pb2.Response(status=status, is_data=is_data, is_complete=self._is_complete, is_final=self.is_final)
        headers = self.headers.items()
        if self._is_data and is_http and "content-type" not in self.headers:
            headers.append(("Content-Type", "application/json; charset=utf-8"))
        message.headers.extend(call_pb2.Header(name=name, value=value) for name, value in headers)
        if self._failure is not None:
            message.failure.CopyFrom(failure_message(self._failure))
        return message, self.body


def _check_status(status: int) -> None:
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is no status of an answer; 200 to 599 was expected")


def _dump(data: Any) -> bytes:
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which JSON may escape and UTF-8 cannot hold.
        return json.dumps(data, allow_nan=False, separators=(",", ":")).encode()


def failure_of(message: Any) -> Failure:
    """A failure that the gateway tells of."""
    return Failure(
        FailureKind(message.kind),
        message.status,
        message.message,
        message.body,
        message.content_type,
        tuple((h.name, h.value) for h in message.headers),
        message.is_body_public,
        message.is_neutral,
        message.is_unsent,
    )


def failure_message(failure: Failure) -> Any:
    """A failure that the gateway is told."""
    return call_pb2.CallFailure(
        kind=int(failure.kind),
        status=failure.status,
        message=failure.message,
        body=failure.body,
        content_type=failure.content_type,
        headers=[call_pb2.Header(name=name, value=value) for name, value in failure.headers],
        is_body_public=failure.is_body_public,
        is_neutral=failure.is_neutral,
        is_unsent=failure.is_unsent,
    )
