import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@krakenplugins/sidecar';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

const call = (method, failures) =>
  host.call('acme.sample', { 'acme.sample': { retries: 2 } }, {
    request: { method },
    next: ({ attempt }) => (attempt <= failures ? { failure: new Failure('connection', 'refused') } : { body: 'in' }),
  });

test('calls again when the connection failed', async () => {
  const { response, attempts } = await call('GET', 2);

  assert.deepEqual([String(response.body), attempts.length], ['in', 3]);
});

test('gives up in the end, and never repeats a POST', async () => {
  assert.equal((await call('GET', 9)).attempts.length, 3);
  assert.equal((await call('POST', 1)).attempts.length, 1);
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
