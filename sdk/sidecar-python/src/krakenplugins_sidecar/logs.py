"""Lines for the gateway's log: it reads their level from how they begin."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

_LEVELS = ((logging.CRITICAL, "CRITICAL"), (logging.ERROR, "ERROR"), (logging.WARNING, "WARNING"), (logging.INFO, "INFO"))


def level_name(level: int) -> str:
    """What lines of a level begin with; levels between are the lower one."""
    return next((name for number, name in _LEVELS if level >= number), "DEBUG")


class LevelFormatter(logging.Formatter):
    """Puts the level before each line, those of a traceback too: the gateway takes each line for itself."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        prefix = getattr(record, "log_prefix", "")
        if prefix:
            text = f"{prefix} {text}"
        level = level_name(record.levelno)
        return "\n".join(f"{level} {line}" for line in text.splitlines() if line.strip()) or f"{level} "


def set_up_logging(level: int = logging.INFO) -> None:
    """Lets logging write to standard error in the gateway's form, unless the plugin has set up logging itself."""
    # What is printed arrives when it is printed.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(line_buffering=True, errors="backslashreplace")
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(LevelFormatter())
        root.addHandler(handler)
        if root.level == logging.WARNING:
            root.setLevel(level)
    sys.excepthook = _log_uncaught


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("krakenplugins_sidecar").critical("the plugin ends", exc_info=(kind, error, trace))
