#!/usr/bin/env python3
"""Writes the modules of the protocol's messages anew, from proto/ of the repository.

Needs grpc_tools; who uses the library does not. The modules have the form that protoc gives them since 3.20, whatever protoc is installed: the
older form does not load with every protobuf since 4.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path, PurePosixPath

from google.protobuf import descriptor_pb2

HERE = Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"
TARGET = HERE / "src" / "krakenplugins_sidecar" / "_proto"
FILES = ("krakenplugins/plugin/v1/call.proto", "krakenplugins/plugin/v1/plugin_service.proto")

MODULE = '''\
"""The messages of {name}. Written by generate.py: do not edit."""
from typing import TYPE_CHECKING as _TYPE_CHECKING, Any as _Any

from google.protobuf import descriptor_pool as _descriptor_pool
from google.protobuf.internal import builder as _builder
{imports}
DESCRIPTOR = _descriptor_pool.Default().AddSerializedFile(
{content}
)
_builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())
_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, __name__, globals())

if _TYPE_CHECKING:

    def __getattr__(name: str) -> _Any: ...
'''


def compile_files() -> list[descriptor_pb2.FileDescriptorProto]:
    """Reads the files with protoc. The names that JSON would use are left out, as protoc does it in what it generates."""
    from grpc_tools import protoc

    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "set"
        if protoc.main(["protoc", f"-I{PROTO}", f"--descriptor_set_out={target}", *FILES]) != 0:
            raise SystemExit("protoc refuses the files")
        files = list(descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes()).file)
    for file in files:
        for message in file.message_type:
            for field in message.field:
                field.ClearField("json_name")
    return files


def module_name(proto: str) -> str:
    """The name of a file's module: "call_pb2"."""
    return PurePosixPath(proto).stem + "_pb2"


def write_module(file: descriptor_pb2.FileDescriptorProto) -> str:
    """The text of a file's module."""
    imports = "".join(f"from . import {module_name(other)} as _{module_name(other)}\n" for other in file.dependency)
    serialized = file.SerializeToString(deterministic=True)
    content = "\n".join(f"    {serialized[i : i + 48]!r}" for i in range(0, len(serialized), 48))
    return MODULE.format(name=file.name, imports=imports, content=content)


if __name__ == "__main__":
    for each in compile_files():
        path = TARGET / f"{module_name(each.name)}.py"
        path.write_text(write_module(each), encoding="utf-8")
        print(path.relative_to(HERE), file=sys.stderr)
