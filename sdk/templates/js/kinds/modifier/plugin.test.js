import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

const config = { name: ['acme.sample'], 'acme.sample': { tenant: 'acme' } };
const ask = headers => host.call('acme.sample', config, { layer: 'request-modifier', request: { headers } });

test('marks the request', async () => {
  const { request } = await ask({});

  assert.equal(request.headers.get('X-Tenant'), 'acme');
});

test("refuses another tenant's", async () => {
  const { failure } = await ask({ 'X-Tenant': 'other' });

  assert.equal(failure.status, 403);
});

test('marks the answer', async () => {
  const { response } = await host.call('acme.sample', config, { layer: 'response-modifier', response: { data: { a: 1 } } });

  assert.deepEqual(response.data, { a: 1, tenant: 'acme' });
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
