"""How a plugin's process begins, is told things, and ends."""

import asyncio
import os
import pty
import signal
import stat
import subprocess
import sys
import time
import unittest
from pathlib import Path

import grpc
import grpc.aio

from krakenplugins_sidecar import Layer, Needs, Request, Response
from krakenplugins_sidecar._proto import call_pb2, plugin_service_pb2

from .on_loop import AsyncCase
from .wire import HERE, PATIENCE, SOURCE, PluginProcess, Wire

BY_HAND = "this is a plugin of a gateway, which starts it; see docs/plugins/sidecars.md"


COMMAND = [sys.executable, "-B", str(HERE / "subject.py")]
ENVIRONMENT = {"PYTHONPATH": str(SOURCE)}


class StartTest(unittest.TestCase):
    def test_started_by_hand_it_says_so_and_ends_with_3(self):
        inputs = {
            "nothing": b"",
            "another line": b"hello\n",
            "no object": b"[]\n",
            "no cookie": b'{"socket":"/tmp/x","secret":"abc"}\n',
            "no secret": b'{"cookie":"krakenplugins","socket":"/tmp/x"}\n',
            "half a line": b'{"cookie":',
        }
        for name, text in inputs.items():
            with self.subTest(name):
                done = subprocess.run(COMMAND, input=text, capture_output=True, env=ENVIRONMENT, timeout=PATIENCE)

                self.assertEqual(done.returncode, 3)
                self.assertEqual(done.stderr.decode().splitlines()[-1], BY_HAND)

    def test_started_in_a_terminal_it_does_not_wait(self):
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        self.addCleanup(os.close, terminal)

        done = subprocess.run(COMMAND, stdin=terminal, capture_output=True, env=ENVIRONMENT, timeout=PATIENCE)

        self.assertEqual(done.returncode, 3)

    def test_it_ends_at_once_when_standard_input_ends(self):
        process = PluginProcess()
        self.addCleanup(process.close)

        process.process.stdin.close()

        self.assertEqual(process.wait(), 0)

    def test_it_says_that_it_cannot_listen(self):
        process = PluginProcess(greet=False)
        self.addCleanup(process.close)

        process.say({"cookie": "krakenplugins", "socket": "/nowhere/to/be/found", "secret": process.secret})

        self.assertEqual(process.wait(), 1)
        self.assertTrue(any(line.startswith("CRITICAL cannot listen at unix:/nowhere/to/be/found") for line in process.errors), process.errors)


class ProcessCase(AsyncCase):
    """A process for each test."""

    def setUp(self):
        self.process = PluginProcess()
        self.addCleanup(self.process.close)

    def said(self, line):
        return lambda: line in self.process.output


class HandshakeTest(ProcessCase):
    async def test_the_socket_is_open_to_its_user_only(self):
        async with Wire(self.process):
            mode = os.stat(self.process.socket).st_mode

        self.assertEqual(stat.S_IMODE(mode), 0o600)

    async def test_it_says_what_the_plugin_is(self):
        async with Wire(self.process) as wire:
            described = await wire.describe()

        self.assertEqual((described.protocol, described.id, described.version), (1, "test.subject", "1.2.3"))
        mark = next(c for c in described.components if c.layer == plugin_service_pb2.LAYER_RESPONSE_MODIFIER)
        self.assertEqual(mark.name, "test/mark")
        self.assertEqual(mark.needs, call_pb2.Needs(response_head=True, response_body=call_pb2.BODY_NEED_BUFFERED))
        self.assertEqual(described.limits.max_chunk_bytes, 64 << 10)

    async def test_of_a_range_the_highest_version_that_both_speak_is_taken(self):
        async with Wire(self.process) as wire:
            self.assertEqual((await wire.describe(0, 9)).protocol, 1)

    async def test_another_version_is_refused_with_both_ranges(self):
        async with Wire(self.process) as wire:
            with self.assertRaises(grpc.aio.AioRpcError) as caught:
                await wire.describe(2, 3)

        self.assertEqual(caught.exception.code(), grpc.StatusCode.FAILED_PRECONDITION)
        self.assertEqual(caught.exception.details(), "speaks protocol 1 to 1, the gateway 2 to 3")

    async def test_nothing_is_answered_without_the_secret(self):
        wrong = [None, "x", self.process.secret[:-1], self.process.secret + "x", self.process.secret.swapcase()]
        for secret in wrong:
            async with Wire(self.process, secret=secret) as wire:
                for method in ("Describe", "Configure", "Retire", "Health", "Shutdown", "Unknown"):
                    with self.subTest(method, secret=secret), self.assertRaises(grpc.aio.AioRpcError) as caught:
                        request = getattr(plugin_service_pb2, f"{method}Request", plugin_service_pb2.HealthRequest)
                        await wire.ask(method, request())
                    self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
                wire.open()
                self.assertEqual(await wire.ended(), grpc.StatusCode.UNAUTHENTICATED)
        async with Wire(self.process) as wire:
            wire.metadata *= 2
            with self.assertRaises(grpc.aio.AioRpcError) as caught:
                await wire.describe()
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)

    async def test_the_secret_is_shown_nowhere(self):
        async with Wire(self.process) as wire:
            place = await wire.configure("test/wrong", Layer.ENDPOINT, "raise")
            wire.open()
            await wire.call(place)
        pid = self.process.process.pid
        shown = [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
        os.kill(pid, signal.SIGTERM)
        self.process.wait()

        for text in (*shown, *(line.encode() for line in self.process.output + self.process.errors)):
            self.assertNotIn(self.process.secret.encode(), text)


class HealthTest(ProcessCase):
    async def test_health_is_told_while_plain_handlers_block(self):
        async with Wire(self.process) as wire:
            wire.open()
            release = await wire.configure("test/release", Layer.ENDPOINT)
            waiting = await wire.configure("test/block", Layer.ENDPOINT, "wait", needs=Needs(request_head=True))
            computing = await wire.configure("test/block", Layer.ENDPOINT, "compute", needs=Needs(request_head=True))
            calls = [asyncio.create_task(wire.call(place)) for place in (*[waiting] * 16, *[computing] * 4)]
            await self.process.until(lambda: self.process.output.count("INFO blocking") >= 20)
            times = []
            for _ in range(8):
                begin = time.monotonic()
                answer = await wire.ask("Health", plugin_service_pb2.HealthRequest())
                times.append(time.monotonic() - begin)
                self.assertEqual(answer.status, plugin_service_pb2.HEALTH_STATUS_SERVING)

            # The gateway waits for half a second. The fastest one, because others use the machine too.
            self.assertLess(min(times), 0.5)
            self.assertFalse(any(call.done() for call in calls))
            await wire.call(release)
            for outcome in await asyncio.gather(*calls):
                self.assertEqual(outcome.response.status, 204)

    async def test_the_plugin_says_how_it_is(self):
        async with Wire(self.process) as wire:
            place = await wire.configure("test/health", Layer.PROXY)
            wire.open()
            await wire.call(place)

            answer = await wire.ask("Health", plugin_service_pb2.HealthRequest())

        self.assertEqual((answer.status, answer.message), (plugin_service_pb2.HEALTH_STATUS_DEGRADED, "the database is away"))


class EndTest(ProcessCase):
    async def begun_call(self, wire):
        """A call that waits for its answer, and what lets it be answered."""
        place = await wire.configure("test/mark", Layer.ENDPOINT, needs=Needs(request_head=True, response_head=True))
        wire.open()
        answered = asyncio.Event()
        passed_on = asyncio.Event()

        async def answer(_):
            passed_on.set()
            await answered.wait()
            return Response(200)

        call = asyncio.create_task(wire.call(place, Request(headers={"X-Mark": "7"}), answer))
        await asyncio.wait_for(passed_on.wait(), PATIENCE)
        return call, answered

    async def test_shutdown_finishes_what_runs_answers_and_exits_with_0(self):
        async with Wire(self.process) as wire:
            call, answered = await self.begun_call(wire)
            shutdown = asyncio.create_task(wire.ask("Shutdown", plugin_service_pb2.ShutdownRequest(grace_ms=20_000)))
            await wire.ask("Health", plugin_service_pb2.HealthRequest())
            self.assertFalse(shutdown.done())
            answered.set()

            self.assertEqual((await call).response.headers["X-Mark"], "7")
            await shutdown
            self.assertEqual(await asyncio.to_thread(self.process.wait), 0)
            self.assertEqual(await wire.ended(), grpc.StatusCode.OK)

    async def test_sigterm_announces_the_end_finishes_what_runs_and_exits_with_0(self):
        async with Wire(self.process) as wire:
            call, answered = await self.begun_call(wire)
            self.process.process.send_signal(signal.SIGTERM)
            announced = await wire.frame(lambda f: f.WhichOneof("frame") == "going_away")
            self.assertEqual(announced.call_id, 0)
            answered.set()

            self.assertEqual((await call).response.headers["X-Mark"], "7")
            self.assertEqual(await asyncio.to_thread(self.process.wait), 0)

    async def test_a_handler_that_never_ends_does_not_keep_the_process(self):
        async with Wire(self.process) as wire:
            place = await wire.configure("test/stuck", Layer.PROXY, needs=Needs(request_head=True))
            wire.open()
            call = asyncio.create_task(wire.call(place))
            await self.process.until(self.said("INFO stuck"))

            await wire.ask("Shutdown", plugin_service_pb2.ShutdownRequest(grace_ms=100))

            self.assertEqual(await asyncio.to_thread(self.process.wait), 0)
            call.cancel()


class OutputTest(ProcessCase):
    async def test_lines_begin_with_their_level_those_of_tracebacks_too(self):
        async with Wire(self.process) as wire:
            place = await wire.configure("test/wrong", Layer.ENDPOINT, "raise")
            wire.open()
            await wire.call(place)
            await self.process.until(lambda: any("hunter2" in line for line in self.process.errors))

        # The first one was written before there was a gateway.
        lines = [line for line in self.process.errors if not line.startswith("environment")]
        self.assertTrue(all(line.startswith("ERROR ") for line in lines), lines)
        self.assertEqual(lines[0], "ERROR test/wrong failed")
        self.assertEqual(lines[1], "ERROR Traceback (most recent call last):")

    async def test_lines_about_a_place_begin_as_the_gateway_says(self):
        async with Wire(self.process) as wire:
            await wire.configure("test/configured", Layer.ENDPOINT, {"name": "blue"})

        self.assertIn("INFO [ENDPOINT: /a%20b] made with 100%: blue", self.process.errors)
