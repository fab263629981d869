import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

test('answers with the text', async () => {
  const { response } = await host.call('acme/sample', { text: 'hello' }, { request: { parameters: { Id: '7' } } });

  assert.deepEqual(response.data, { text: 'hello', id: '7' });
});

test('refuses other methods than GET', async () => {
  const { failure } = await host.call('acme/sample', { text: 'hello' }, { request: { method: 'POST' } });

  assert.equal(failure.status, 405);
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
