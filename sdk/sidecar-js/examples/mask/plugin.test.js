import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHost } from '@krakenplugins/sidecar/testing';
import { mask } from './plugin.js';

const host = testHost(mask);

const masked = async (config, chunks) => {
  const { response } = await host.call('acme/mask', config, { next: () => ({ headers: { 'X-A': '1' }, body: chunks.map(chunk => Buffer.from(chunk)) }) });
  assert.equal(response.headers.get('X-A'), '1');
  return response.body.toString();
};

test('replaces what is in one chunk, and what two chunks share', async () => {
  assert.equal(await masked({ text: 'secret' }, ['a secret and a sec', 'ret, a se', 'quel sec']), 'a *** and a ***, a sequel sec');
});

test('replaces texts beyond ASCII, byte by byte', async () => {
  const bytes = Buffer.from('für Ökonomen: Öl');

  assert.equal(await masked({ text: 'Ö', by: 'Oe' }, [...bytes].map(byte => Buffer.from([byte]))), 'für Oekonomen: Oel');
});

test('a long body passes', async () => {
  const chunk = `${'x'.repeat(65_000)}secret`;

  assert.equal(await masked({ text: 'secret', by: '' }, Array(20).fill(chunk)), 'x'.repeat(20 * 65_000));
});

test('asks for a body without an encoding', async () => {
  const { attempts } = await host.call('acme/mask', { text: 'a' }, { request: { headers: { 'Accept-Encoding': 'gzip' } } });

  assert.deepEqual(attempts[0].headers.getAll('Accept-Encoding'), ['identity']);
});

test('refuses a configuration without a text', async () => {
  const { diagnostics } = await host.configure('acme/mask', {});

  assert.equal(diagnostics[0].path, 'text');
});

test('is what plugin.json says', () => host.checkManifest(new URL('plugin.json', import.meta.url)));
