"""The examples, started as a gateway starts them, and the pages that show them."""

import json
import re
import unittest

from krakenplugins_sidecar import Layer, Needs, Request, Response

from .on_loop import AsyncCase
from .wire import HERE, PluginProcess, Wire

ROOT = HERE.parent
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/plugin.json"))
CONFIGS = {
    "answer": {"greeting": "good day"},
    "guard": {"tokens": []},
    "rewrite": {"old": "a", "new": "b"},
    "stamp": {"name": "X-Stamp", "value": "blue"},
}


class ExamplesTest(AsyncCase):
    async def test_each_example_is_what_its_manifest_says_and_answers(self):
        self.assertEqual([example.name for example in EXAMPLES], sorted(CONFIGS))
        for example in EXAMPLES:
            with self.subTest(example.name):
                manifest = json.loads((example / "plugin.json").read_text())
                (namespace,) = manifest["namespaces"]
                self.assertEqual((manifest["runtime"], manifest["entry"]), ("process", {"command": ["python3", "plugin.py"]}))
                process = PluginProcess(example / "plugin.py", example)
                self.addCleanup(process.close)
                async with Wire(process) as wire:
                    described = await wire.describe()
                    (component,) = described.components
                    needs = Needs(**{name: tuple(value) if name == "headers" else value for name, value in namespace["needs"].items()})

                    self.assertEqual((described.id, described.version), (manifest["id"], manifest["version"]))
                    self.assertEqual((component.name, Layer(component.layer).name.lower()), (namespace["name"], namespace["layer"]))
                    self.assertEqual(component.needs, needs.to_message())
                    self.assertTrue((example / namespace["schema"]).is_file())

                    place = await wire.configure(namespace["name"], Layer(component.layer), CONFIGS[example.name], needs=needs)
                    wire.open()
                    answer = Response(200, body=[b"aaa"]) if place.layer.is_http else Response(data={})
                    outcome = await wire.call(place, Request("GET", "/x"), answer)

                    self.assertEqual((outcome.failure and outcome.failure.status), 401 if example.name == "guard" else None)


class PagesTest(unittest.TestCase):
    def test_the_quick_start_is_the_example(self):
        page = (ROOT / "README.md").read_text()
        shown = re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)

        for name, language in (("plugin.py", "python"), ("plugin.json", "json"), ("test_plugin.py", "python")):
            with self.subTest(name):
                self.assertIn((language, (ROOT / "examples" / "stamp" / name).read_text()), shown)
