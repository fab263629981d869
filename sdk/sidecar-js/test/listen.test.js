import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { clientService } from '../lib/contract.js';
import { listen, plugin } from '../index.js';
import { inTime, Program } from './gateway.js';

const Client = grpc.makeGenericClientConstructor(clientService, 'PluginService');
const one = plugin('t.one', '1.0.0');

function folderOf(t) {
  const folder = mkdtempSync(join(tmpdir(), 'gw-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function health(t, address, credentials, secret, options = {}) {
  const client = new Client(address, credentials, options);
  t.after(() => client.close());
  const metadata = new grpc.Metadata();
  if (secret) metadata.set('krakenplugins-secret', secret);
  return inTime(new Promise((resolve, reject) => client.Health({}, metadata, (error, answer) => (error ? reject(error) : resolve(answer.status)))), 'Health');
}

const plain = grpc.credentials.createInsecure();

test('listens on a socket, with a secret of a file', async t => {
  const folder = folderOf(t);
  const [socket, secretFile] = [join(folder, 's'), join(folder, 'secret')];
  writeFileSync(secretFile, 'sesame\n');

  const running = await listen(one, `unix:${socket}`, { secretFile });
  t.after(() => running.close());

  assert.equal(statSync(socket).mode & 0o777, 0o600);
  assert.equal(await health(t, `unix:${socket}`, plain, 'sesame'), 1);
  await assert.rejects(health(t, `unix:${socket}`, plain, 'other'), { code: grpc.status.UNAUTHENTICATED });
});

test('listens nowhere else than on loopback without certificates, and with no empty secret', async t => {
  const empty = join(folderOf(t), 'secret');
  writeFileSync(empty, '\n');

  await assert.rejects(listen(one, '0.0.0.0:0'), /0\.0\.0\.0:0 is not of loopback/);
  await assert.rejects(listen(one, '127.0.0.1:0', { secretFile: empty }), /is empty/);
});

test('with certificates only those who have one are heard', async t => {
  const folder = folderOf(t);
  const file = name => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = name => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
  openssl('req', '-x509', ...key('ca'), '-out', 'ca.crt', '-days', '1', '-subj', '/CN=ca');
  for (const name of ['server', 'client'])
    openssl('req', '-x509', ...key(name), '-out', `${name}.crt`, '-days', '1', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-CA', 'ca.crt', '-CAkey', 'ca.key');
  const [ca, clientKey, clientCert] = ['ca.crt', 'client.key', 'client.crt'].map(name => readFileSync(file(name)));

  const running = await listen(one, 'localhost:0', { tls: { cert: file('server.crt'), key: file('server.key'), ca: file('ca.crt') } });
  t.after(() => running.close());

  const address = `localhost:${running.port}`;
  assert.equal(await health(t, address, grpc.credentials.createSsl(ca, clientKey, clientCert)), 1);
  await assert.rejects(health(t, address, grpc.credentials.createSsl(ca)), { code: grpc.status.UNAVAILABLE });
});

test('one that listens ends with SIGTERM', async t => {
  const program = new Program('listening.js');
  t.after(() => program.child.kill('SIGKILL'));
  await program.line(line => line === 'INFO listening');

  program.child.kill('SIGTERM');

  assert.deepEqual(await program.end(), { status: 0, signal: null });
});
