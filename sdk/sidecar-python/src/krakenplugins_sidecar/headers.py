"""Named values that keep their order and note what is done to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ._proto import call_pb2
from .errors import NotSent

Pairs = Mapping[str, str] | Iterable[tuple[str, str]]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _pairs(values: Pairs) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in (values.items() if isinstance(values, Mapping) else values)]


class Values:
    """Names with one or more values each: query parameters, placeholders. Names differ by case."""

    def __init__(self, values: Pairs = (), *, missing: str | None = None) -> None:
        """Takes the values; "missing" says why there are none to read, where they were not sent."""
        self._items = _pairs(values)
        self._missing = missing
        self.is_changed = False

    def _key(self, name: str) -> str:
        return name

    def _check_sent(self, name: str | None = None) -> None:
        if self._missing is not None:
            raise NotSent(self._missing)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value under a name."""
        self._check_sent(name)
        key = self._key(name)
        return next((value for other, value in self._items if self._key(other) == key), default)

    def get_all(self, name: str) -> list[str]:
        """All values under a name, in their order."""
        self._check_sent(name)
        key = self._key(name)
        return [value for other, value in self._items if self._key(other) == key]

    def set(self, name: str, value: str) -> None:
        """Puts one value in place of all under the name."""
        self._check_sent()
        self._replace(name, str(value))

    def add(self, name: str, value: str) -> None:
        """Adds a value."""
        self._check_sent()
        self._items.append((name, str(value)))
        self.is_changed = True

    def remove(self, name: str) -> None:
        """Removes all values under the name; none need be there."""
        self._check_sent()
        self._replace(name, None)

    def _replace(self, name: str, value: str | None) -> None:
        key = self._key(name)
        self._items = [item for item in self._items if self._key(item[0]) != key]
        if value is not None:
            self._items.append((name, value))
        self.is_changed = True

    def items(self) -> list[tuple[str, str]]:
        """All names and values, in their order."""
        self._check_sent()
        return list(self._items)

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name: str, value: str) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        self.remove(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self.items()))

    def __len__(self) -> int:
        return len(self.items())

    def __repr__(self) -> str:
        # Values may be secrets.
        return f"{type(self).__name__}({sorted({name for name, _ in self._items})})"


class Headers(Values):
    """Headers of a request or an answer. Names are found in any case; changes need none of them to have been sent."""

    def __init__(self, values: Pairs = (), *, missing: str | None = None, wanted: Iterable[str] = (), is_fixed: bool = False) -> None:
        """As for values; "wanted" names those that were sent, if not all, and "is_fixed" says that what was not sent cannot be changed either."""
        super().__init__(values, missing=missing)
        self._is_fixed = is_fixed
        self._wanted = frozenset(name.lower() for name in wanted)
        self._operations: list[tuple[str, int, str]] = []

    def _key(self, name: str) -> str:
        return name.lower()

    def _check_sent(self, name: str | None = None) -> None:
        super()._check_sent()
        # One that the component itself set can be read.
        if name is not None and self._wanted and name.lower() not in self._wanted and not any(n.lower() == name.lower() for n, _ in self._items):
            raise NotSent(f'the header "{name}" is not among the headers that the component needs: {", ".join(sorted(self._wanted))}')

    def set(self, name: str, value: str) -> None:
        name, value = self._checked(name, value)
        self._forget(name)
        self._operations.append((name, call_pb2.HEADER_OPERATION_SET, value))
        self._replace(name, value)

    def add(self, name: str, value: str) -> None:
        name, value = self._checked(name, value)
        self._operations.append((name, call_pb2.HEADER_OPERATION_ADD, value))
        self._items.append((name, value))
        self.is_changed = True

    def remove(self, name: str) -> None:
        name, _ = self._checked(name, "")
        self._forget(name)
        self._operations.append((name, call_pb2.HEADER_OPERATION_REMOVE, ""))
        self._replace(name, None)

    def _checked(self, name: str, value: str) -> tuple[str, str]:
        if self._is_fixed:
            self._check_sent()
        value = str(value)
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header; letters, digits and !#$%&'*+-.^_`|~ were expected")
        if _CONTROL.search(value):
            raise ValueError(f"the value of the header {name!r} has a control character")
        return name, value

    def _forget(self, name: str) -> None:
        # What was done to it before has no effect any more: a handler in a loop does not make the list grow.
        key = name.lower()
        self._operations = [operation for operation in self._operations if operation[0].lower() != key]

    def changes(self) -> list[Any]:
        """What was done, in its order."""
        return [call_pb2.HeaderChange(name=name, operation=operation, value=value) for name, operation, value in self._operations]

    def keep_encoding(self) -> None:
        """Says again how a body is encoded that was read and goes on as it came: a new one is taken not to be. For the library."""
        encoding = next((value for name, value in self._items if name.lower() == "content-encoding"), None)
        if encoding is not None and not any(name.lower() == "content-encoding" for name, _, _ in self._operations):
            self._operations.append(("Content-Encoding", call_pb2.HEADER_OPERATION_SET, encoding))

    def apply(self, changes: Iterable[Any]) -> None:
        """Does what a list of changes says; operations that are not known are left out."""
        actions: dict[int, Callable[[Any], None]] = {
            call_pb2.HEADER_OPERATION_SET: lambda change: self.set(change.name, change.value),
            call_pb2.HEADER_OPERATION_ADD: lambda change: self.add(change.name, change.value),
            call_pb2.HEADER_OPERATION_REMOVE: lambda change: self.remove(change.name),
        }
        for change in changes:
            if change.operation in actions:
                actions[change.operation](change)
