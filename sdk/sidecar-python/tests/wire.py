"""A gateway for tests: starts a plugin as the gateway does, and speaks to it over its socket."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from krakenplugins_sidecar import Layer, Needs
from krakenplugins_sidecar._exchange import Answer, GatewaySide, Outcome, PlaceUnderTest
from krakenplugins_sidecar._proto import call_pb2, plugin_service_pb2
from krakenplugins_sidecar.request import Request

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src"
SERVICE = "/krakenplugins.plugin.v1.PluginService/"
PATIENCE = 60.0

_numbers = itertools.count(1)


class PluginProcess:
    """A plugin that a gateway has started."""

    def __init__(self, script: Path = HERE / "subject.py", folder: Path | None = None, greet: bool = True) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="gw-")
        self.socket = os.path.join(self.folder.name, "1")
        self.secret = secrets.token_urlsafe(32)
        # PYTHONPATH stands for an installed library.
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder or script.parent,
            env={"PYTHONPATH": str(SOURCE)},
            start_new_session=True,
        )
        self.output: list[str] = []
        self.errors: list[str] = []
        self._changed = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stdout, self.output), (self.process.stderr, self.errors))
        ]
        for reader in self._readers:
            reader.start()
        if greet:
            versions = {"min_protocol": 1, "max_protocol": 1, "gateway_version": "0.6.0"}
            self.say({"cookie": "krakenplugins", "socket": self.socket, "secret": self.secret, **versions})

    def say(self, message: Any) -> None:
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def _read(self, stream: Any, lines: list[str]) -> None:
        for line in stream:
            with self._changed:
                lines.append(line.decode().rstrip("\n"))
                self._changed.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Waits until the lines are as wanted."""
        with self._changed:
            if not self._changed.wait_for(condition, PATIENCE):
                raise TimeoutError("\n".join(["output:", *self.output, "errors:", *self.errors]))

    async def until(self, condition: Callable[[], bool]) -> None:
        await asyncio.to_thread(self.wait_for, condition)

    def wait(self) -> int:
        """Waits for the end; gives the status."""
        status = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return status

    def close(self) -> None:
        self.process.kill()
        self.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        self.folder.cleanup()


class Wire:
    """A connection to a plugin, and its stream of calls. Use it with "async with"."""

    def __init__(self, process: PluginProcess, *, secret: str | None = "") -> None:
        self.process = process
        given = process.secret if secret == "" else secret
        self.metadata = (("krakenplugins-secret", given),) if given is not None else ()
        self._frames: asyncio.Queue[Any] = asyncio.Queue()
        self.received: list[Any] = []
        self._arrived = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self.side = GatewaySide(self.send)

    async def __aenter__(self) -> Wire:
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self.process.socket):
            if time.monotonic() > deadline or self.process.process.poll() is not None:
                raise TimeoutError("nobody listens: " + "\n".join(self.process.errors))
            await asyncio.sleep(0.005)
        self.channel = grpc.aio.insecure_channel(
            f"unix:{self.process.socket}",
            options=[("grpc.max_receive_message_length", 16 << 20), ("grpc.initial_reconnect_backoff_ms", 50), ("grpc.use_local_subchannel_pool", 1)],
        )
        await asyncio.wait_for(self.channel.channel_ready(), PATIENCE)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.channel.close()

    async def ask(self, method: str, request: Any, *, timeout: float = PATIENCE) -> Any:
        """Calls a unary method."""
        reply = getattr(plugin_service_pb2, f"{method}Response", plugin_service_pb2.HealthResponse)
        call = self.channel.unary_unary(SERVICE + method, request_serializer=lambda m: m.SerializeToString(), response_deserializer=reply.FromString)
        return await call(request, metadata=self.metadata, timeout=timeout)

    async def describe(self, minimum: int = 1, maximum: int = 1, **limits: int) -> Any:
        request = plugin_service_pb2.DescribeRequest(min_protocol=minimum, max_protocol=maximum, limits=plugin_service_pb2.StreamLimits(**limits))
        return await self.ask("Describe", request)

    async def configure(self, name: str, layer: Layer, config: Any = None, *, generation: int = 1, needs: Needs = Needs()) -> PlaceUnderTest:
        """Configures one place; raises AssertionError with what the plugin finds wrong."""
        place, response = await self.try_configure(name, layer, config, generation=generation)
        if response.diagnostics and response.diagnostics[0].severity == plugin_service_pb2.SEVERITY_ERROR:
            raise AssertionError(response.diagnostics[0].message)
        return PlaceUnderTest(place, layer, needs)

    async def try_configure(self, name: str, layer: Layer, config: Any = None, *, generation: int = 1) -> tuple[int, Any]:
        place = next(_numbers)
        message = plugin_service_pb2.Place(
            place_id=place,
            layer=int(layer),
            name=name,
            config_json=json.dumps(config).encode(),
            position="krakend.json:3:7",
            log_prefix="[ENDPOINT: /a%20b]",
        )
        return place, await self.ask("Configure", plugin_service_pb2.ConfigureRequest(generation=generation, places=[message]))

    def open(self) -> None:
        """Opens the stream of calls."""
        handle = self.channel.stream_stream(
            SERVICE + "Handle", request_serializer=call_pb2.HandleRequest.SerializeToString, response_deserializer=call_pb2.HandleResponse.FromString
        )
        self.stream = handle(metadata=self.metadata)
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._read())]

    def send(self, frame: Any) -> None:
        """Sends a frame of the gateway."""
        self._frames.put_nowait(frame)

    async def call(self, place: PlaceUnderTest, request: Request | None = None, answer: Answer = None) -> Outcome:
        """Makes a call, and waits for its outcome."""
        async with asyncio.timeout(PATIENCE):
            return await self.side.call(place, request or Request(), answer)

    async def frame(self, condition: Callable[[Any], bool]) -> Any:
        """The first frame of the plugin that is as wanted, of those that came and those that come."""
        async with asyncio.timeout(PATIENCE), self._arrived:
            await self._arrived.wait_for(lambda: any(condition(f) for f in self.received))
            return next(f for f in self.received if condition(f))

    async def ended(self) -> grpc.StatusCode:
        """Waits until the stream has ended; gives its status."""
        return await asyncio.wait_for(self.stream.code(), PATIENCE)

    async def _write(self) -> None:
        while True:
            frames = [await self._frames.get()]
            while not self._frames.empty():
                frames.append(self._frames.get_nowait())
            await self.stream.write(call_pb2.HandleRequest(frames=frames))

    async def _read(self) -> None:
        while (message := await self.stream.read()) is not grpc.aio.EOF:
            self.side.receive(message)
            async with self._arrived:
                self.received.extend(message.frames)
                self._arrived.notify_all()
