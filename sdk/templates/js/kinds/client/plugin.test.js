import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { sample } from './plugin.js';

const host = testHost(sample);

test('sends the credentials', async () => {
  const { attempts } = await host.call('acme/sample', { user: 'ann', password: 'secret' });

  assert.equal(attempts[0].headers.get('Authorization'), 'Basic YW5uOnNlY3JldA==');
});

test('refuses a name with a colon', async () => {
  const { diagnostics } = await host.configure('acme/sample', { user: 'a:b' });

  assert.equal(diagnostics[0].path, 'user');
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
