import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

const call = target => host.call('acme.sample', { 'acme.sample': { path: '/ping', text: 'pong' } }, { request: { target }, next: () => ({ body: 'behind' }) });

test('answers its path', async () => {
  const { response, attempts } = await call('/ping?a=b');

  assert.deepEqual([String(response.body), attempts.length], ['pong', 0]);
});

test('hands everything else on', async () => {
  const { response } = await call('/pin');

  assert.equal(String(response.body), 'behind');
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
