"""What both sides of a stream keep to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ._proto import plugin_service_pb2


@dataclass(frozen=True)
class StreamLimits:
    """The limits of the protocol; of each the smaller one of both sides holds."""

    max_message_bytes: int = 16 << 20
    max_chunk_bytes: int = 64 << 10
    initial_credit_bytes: int = 256 << 10
    max_concurrent_calls: int = 1000
    max_whole_body_bytes: int = 8 << 20

    def agreed(self, other: Any) -> StreamLimits:
        """The limits that hold with those of the other side, as a message, where 0 means the default."""
        return StreamLimits(**{f.name: min(getattr(self, f.name), getattr(other, f.name) or f.default) for f in fields(self)})

    def to_message(self) -> Any:
        return plugin_service_pb2.StreamLimits(**{f.name: getattr(self, f.name) for f in fields(self)})

    @property
    def max_whole(self) -> int:
        """Bytes of a body that fits into a message with everything else of its frame."""
        return min(self.max_whole_body_bytes, self.max_message_bytes // 2)
