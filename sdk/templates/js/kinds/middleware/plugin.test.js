import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@krakenplugins/sidecar';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

const call = answer => host.call('acme.sample', { 'acme.sample': { text: 'try later' } }, { next: () => answer });

test('answers in place of a failure', async () => {
  const { response } = await call({ failure: new Failure('timeout', 'late') });

  assert.deepEqual([response.data, response.isComplete], [{ fallback: 'try later' }, false]);
});

test('leaves an answer alone', async () => {
  const { response } = await call({ data: { a: 1 } });

  assert.deepEqual(response.data, { a: 1 });
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
