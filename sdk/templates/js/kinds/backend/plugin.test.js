import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

test('sets the header', async () => {
  const { attempts } = await host.call('acme/sample', { header: 'X-Tenant', value: 'acme' });

  assert.equal(attempts[0].headers.get('X-Tenant'), 'acme');
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
