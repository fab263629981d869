import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

test('adds the field to the answer', async () => {
  const { response } = await host.call('acme/sample', { text: 'hello' }, { next: () => ({ data: { a: 1 } }) });

  assert.deepEqual(response.data, { a: 1, note: 'hello' });
});

test('refuses a configuration without text', async () => {
  const { diagnostics } = await host.configure('acme/sample', {});

  assert.equal(diagnostics[0].path, 'text');
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
