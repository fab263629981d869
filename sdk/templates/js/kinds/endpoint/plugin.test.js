import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

const call = headers => host.call('acme/sample', { header: 'X-Api-Version' }, { request: { headers }, next: () => ({ body: 'in' }) });

test('refuses a request without the header', async () => {
  const { failure, attempts } = await call({});

  assert.deepEqual([failure.status, attempts.length], [400, 0]);
});

test('lets others in', async () => {
  const { response } = await call({ 'X-Api-Version': '2' });

  assert.equal(String(response.body), 'in');
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
