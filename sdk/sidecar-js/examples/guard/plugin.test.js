import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { guard } from './plugin.js';

const host = testHost(guard);
process.env.GUARD_TOKEN = 'sesame';

const call = headers => host.call('acme/guard', {}, { request: { headers }, next: () => ({ body: 'in' }) });

test('lets the token in, and hands the answer through', async () => {
  const { response, attempts } = await call({ Authorization: 'Bearer sesame' });

  assert.equal(String(response.body), 'in');
  assert.equal(attempts[0].isLast, true);
});

for (const headers of [{}, { Authorization: 'Bearer open' }, { Authorization: 'sesame' }])
  test(`refuses ${JSON.stringify(headers)}`, async () => {
    const { failure, attempts } = await call(headers);

    assert.equal(failure.status, 401);
    assert.equal(failure.headers.get('WWW-Authenticate'), 'Bearer');
    assert.equal(attempts.length, 0);
  });

test('does not start without a token', async () => {
  const { diagnostics } = await host.configure('acme/guard', { token_variable: 'OTHER_TOKEN' });

  assert.equal(diagnostics[0].path, 'token_variable');
  assert.equal(diagnostics[0].refusesStart, true);
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
