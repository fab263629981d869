"""The modules of the messages, and the library as it is installed."""

import importlib
import importlib.util
import subprocess
import sys
import unittest

from google.protobuf import descriptor_pb2

from .wire import HERE, SOURCE

ROOT = HERE.parent


@unittest.skipUnless((ROOT.parent.parent / "proto").is_dir(), "the protocol's files are in the repository only")
class GeneratedTest(unittest.TestCase):
    def test_the_modules_say_what_the_files_of_the_protocol_say(self):
        spec = importlib.util.spec_from_file_location("generate", ROOT / "generate.py")
        generate = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(generate)

        for file in generate.compile_files():
            with self.subTest(file.name):
                module = importlib.import_module(f"krakenplugins_sidecar._proto.{generate.module_name(file.name)}")
                have = descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)

                self.assertEqual(have, file, "run generate.py")


class ImportTest(unittest.TestCase):
    def test_the_library_needs_grpcio_and_protobuf_alone(self):
        code = """
import sys
sys.path.extend(%r)
# As if it were not installed.
sys.modules["grpc_tools"] = None
import krakenplugins_sidecar, krakenplugins_sidecar.testing
outside = {name.partition(".")[0] for name, module in sys.modules.items() if module} - set(sys.stdlib_module_names)
print(*sorted(outside & {path.partition(".")[0] for path in sys.modules if getattr(sys.modules[path], "__file__", None)}))
"""
        command = [sys.executable, "-B", "-S", "-c", code % sys.path]
        done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)}, check=False)

        self.assertEqual(done.stderr, "")
        self.assertEqual(set(done.stdout.split()), {"google", "grpc", "krakenplugins_sidecar"})
