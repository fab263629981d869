import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { stamp } from './plugin.js';

const host = testHost(stamp);

test('stamps the request and the answer', async () => {
  const { response, attempts } = await host.call('acme/stamp', { value: 'blue' }, {
    request: { headers: { Accept: '*/*' } },
    next: () => ({ data: { id: 7 } }),
  });

  assert.equal(attempts[0].headers.get('X-Stamp'), 'blue');
  assert.equal(attempts[0].headers.get('accept'), '*/*');
  assert.equal(response.headers.get('X-Stamped'), 'blue');
  assert.deepEqual(response.data, { id: 7 });
});

test('refuses a configuration without a stamp', async () => {
  const { diagnostics } = await host.configure('acme/stamp', {});

  assert.deepEqual(diagnostics.map(({ severity, path }) => [severity, path]), [['error', 'value']]);
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
