import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

test('sets the header before anything behind it answers', async () => {
  const { attempts } = await host.call('acme/sample', { header: 'X-Served-By', value: 'acme' });

  assert.deepEqual(attempts[0].responseHeaders.map(({ name, value }) => [name, value]), [['X-Served-By', 'acme']]);
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
