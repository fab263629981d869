// What is kept here as a copy, and what it is a copy of.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { stages } from '../lib/stages.js';

const own = new URL('../', import.meta.url);
const repository = new URL('../../', own);
const text = (base, path) => readFileSync(new URL(path, base), 'utf8');

test('the messages are those of the repository', () => {
  const folder = 'proto/krakenplugins/plugin/v1/';
  const files = base => readdirSync(new URL(folder, base)).filter(name => name.endsWith('.proto')).sort();

  assert.deepEqual(files(own), files(repository));
  for (const file of files(own)) assert.equal(text(own, folder + file), text(repository, folder + file), `cp ${folder + file} sdk/sidecar-js/${folder}`);
});

test('the stages are those of the SDK', () => {
  const source = text(repository, 'sdk/KrakenPlugins.Sdk/Plugins/Stage.cs');
  for (const [layer, named] of Object.entries(stages)) {
    const [, body] = source.match(new RegExp(`class ${layer[0].toUpperCase()}${layer.slice(1)}Stages\\s*\\{(.*?)\\n\\}`, 's'));
    const expected = [...body.matchAll(/new\("([^"]+)", (\d+)\)/g)].map(([, name, order]) => [name, Number(order)]);
    assert.deepEqual(Object.entries(named), expected, layer);
  }
});

test('there are two dependencies', () => {
  assert.deepEqual(Object.keys(JSON.parse(text(own, 'package.json')).dependencies), ['@grpc/grpc-js', '@grpc/proto-loader']);
});

test('the quick start of the README is the example', () => {
  const readme = text(own, 'README.md');
  for (const file of ['plugin.js', 'plugin.json', 'plugin.test.js']) assert.ok(readme.includes(`\n${text(own, `examples/stamp/${file}`)}\`\`\``), file);
});
