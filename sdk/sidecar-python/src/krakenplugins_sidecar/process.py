"""The process of a plugin: started by the gateway, ended with it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import signal
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

import grpc
import grpc.aio

from .body import Loop
from .limits import StreamLimits
from .logs import set_up_logging
from .plugin import Plugin
from .service import PluginService, SecretInterceptor

COOKIE = "krakenplugins"
STARTED_BY_HAND = 3

#: Seconds for what runs to finish after SIGTERM, and for what is to be closed after that.
DRAIN_LIMIT = 10.0
CLOSE_LIMIT = 1.0

#: Seconds for the greeting to arrive, and its bytes.
GREETING_LIMIT = 10.0
MAX_GREETING = 64 << 10

_log = logging.getLogger("krakenplugins_sidecar")


@dataclass(frozen=True)
class Greeting:
    """What the gateway says to a process that it has started."""

    socket: str
    secret: str = field(repr=False)


def serve(plugin: Plugin, *, threads: int = 32, address: str | None = None, secret: str | None = None, credentials: Any = None) -> None:
    """Runs the plugin until the gateway ends it. Call it last: ``if __name__ == "__main__": serve(plugin)``.

    threads: how many plain handlers run at once. address: where to listen when the process is not started by a gateway ("unix:/run/x.sock",
    "127.0.0.1:9000", or any "host:port" with credentials); then secret is what the gateway's secret_file holds, if any, and credentials are
    those of grpc.ssl_server_credentials, with client certificates required.

    Ends with status 3 when it was started by hand, and with 1 when it cannot listen.
    """
    set_up_logging()
    # A plain handler that computes leaves the event loop its turn.
    sys.setswitchinterval(0.001)
    if address is None:
        greeting = _read_greeting()
        address, secret = f"unix:{greeting.socket}", greeting.secret
        _end_with_standard_input()
    elif credentials is None and not _is_local(address):
        raise ValueError(f"{address} can be reached by others: credentials are needed, with client certificates required")
    asyncio.run(_run(plugin, threads, address, secret, credentials))


def _is_local(address: str) -> bool:
    return address.startswith(("unix:", "127.0.0.1:", "[::1]:", "localhost:"))


def _read_greeting() -> Greeting:
    line = b""
    if not os.isatty(0):
        while b"\n" not in line and len(line) < MAX_GREETING:
            if not select.select([0], [], [], GREETING_LIMIT)[0]:
                break
            part = os.read(0, 4096)
            if not part:
                break
            line += part
    try:
        message = json.loads(line.split(b"\n", 1)[0])
        if message["cookie"] == COOKIE and message["secret"]:
            return Greeting(str(message["socket"]), str(message["secret"]))
    except (ValueError, TypeError, KeyError):
        # Whatever it was, no gateway said it.
        pass
    print("this is a plugin of a gateway, which starts it; see docs/plugins/sidecars.md", file=sys.stderr)
    sys.exit(STARTED_BY_HAND)


def _end_with_standard_input() -> None:
    # Neither the plugin's code nor its children see what tells of the gateway's life.
    kept = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> NoReturn:
        with suppress(OSError):
            while os.read(kept, 4096):
                pass
        os._exit(0)

    threading.Thread(target=watch, name="gateway", daemon=True).start()


async def _run(plugin: Plugin, threads: int, address: str, secret: str | None, credentials: Any) -> None:
    pool = ThreadPoolExecutor(threads, thread_name_prefix="handler")
    limits = StreamLimits()
    service = PluginService(plugin, Loop(asyncio.get_running_loop(), pool), limits)
    server = grpc.aio.server(
        interceptors=[SecretInterceptor(secret)] if secret else [],
        options=[
            ("grpc.max_receive_message_length", limits.max_message_bytes),
            ("grpc.max_send_message_length", limits.max_message_bytes),
            ("grpc.so_reuseport", 0),
        ],
    )
    server.add_generic_rpc_handlers((service.handler(),))
    _listen(server, address, credentials)
    await server.start()
    leaving: list[asyncio.Task[None]] = []

    def leave(name: str) -> None:
        if not leaving:
            leaving.append(asyncio.get_running_loop().create_task(service.leave(name, DRAIN_LIMIT)))

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave, number.name)
    await service.is_done.wait()
    # A handler that does not end must not keep the process.
    last = threading.Timer(2 * CLOSE_LIMIT, os._exit, (0,))
    last.daemon = True
    last.start()
    with suppress(TimeoutError):
        await asyncio.wait_for(service.close(), CLOSE_LIMIT)
    await server.stop(CLOSE_LIMIT / 2)
    pool.shutdown(wait=False, cancel_futures=True)


def _listen(server: Any, address: str, credentials: Any) -> None:
    # The socket is never open to others, not even for a moment.
    mask = os.umask(0o177)
    try:
        port = server.add_insecure_port(address) if credentials is None else server.add_secure_port(address, credentials)
    except RuntimeError as error:
        _log.critical("cannot listen at %s: %s", address, error)
        sys.exit(1)
    finally:
        os.umask(mask)
    if port == 0:
        _log.critical("cannot listen at %s", address)
        sys.exit(1)
    path = address.removeprefix("unix:")
    if path != address and stat.S_ISSOCK(os.stat(path).st_mode):
        os.chmod(path, 0o600)
