import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { quotes } from './plugin.js';

const host = testHost(quotes);
const config = { quotes: ['Festina lente.', 'Nomen est omen.'] };

test('answers with data', async () => {
  const { response } = await host.call('acme/quotes', config, { request: { parameters: { Id: '2' } } });

  assert.equal(response.status, 200);
  assert.deepEqual(response.data, { id: 2, quote: 'Nomen est omen.' });
});

test('has no third', async () => {
  const { failure } = await host.call('acme/quotes', config, { request: { parameters: { Id: '3' } } });

  assert.deepEqual([failure.kind, failure.status], ['status', 404]);
});

test('refuses a configuration without quotes', async () => {
  const { diagnostics } = await host.configure('acme/quotes', {});

  assert.equal(diagnostics[0].path, 'quotes');
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
