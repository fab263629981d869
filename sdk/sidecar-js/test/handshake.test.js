import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { Gateway, Program } from './gateway.js';

const notStarted = /^this is a plugin of a gateway, which starts it; see docs\/plugins\/sidecars\.md$/;

for (const [how, input] of [['nothing', ''], ['no JSON', 'hello\n'], ['no cookie', '{"socket":"/tmp/x","secret":"y"}\n'], ['another cookie', '{"cookie":"x","socket":"/tmp/x","secret":"y"}\n'], ['half a line', '{"cookie":"krak']])
  test(`started with ${how} it says what it is and ends with 3`, async () => {
    const program = new Program('plugin.js');
    program.child.stdin.end(input);

    assert.deepEqual(await program.end(), { status: 3, signal: null });
    assert.equal(program.lines.length, 1);
    assert.match(program.lines[0], notStarted);
  });

test('nobody but its user may open the socket', async t => {
  const gateway = await Gateway.start(t);

  assert.equal(statSync(gateway.socket).mode & 0o777, 0o600);
});

test('describes itself', async t => {
  const gateway = await Gateway.start(t);

  const { protocol, id, version, components, limits } = await gateway.describe();

  assert.deepEqual([protocol, id, version], [1, 't.everything', '1.2.3']);
  const stall = components.find(({ name }) => name === 't/stall');
  assert.equal(stall.layer, 5);
  assert.deepEqual(stall.needs, { requestHead: true, requestBody: 0, responseHead: true, responseBody: 0, claims: false, headers: [] });
  assert.equal(components.filter(({ name }) => name === 't/stamp').length, 8);
  assert.deepEqual(limits, { maxMessageBytes: 16 << 20, maxChunkBytes: 64 << 10, initialCreditBytes: 256 << 10, maxConcurrentCalls: 1000, maxWholeBodyBytes: 8 << 20 });
});

test('agrees on no version that it does not speak', async t => {
  const gateway = await Gateway.start(t);
  const describe = (minProtocol, maxProtocol) => gateway.unary('Describe', { minProtocol, maxProtocol });

  await assert.rejects(describe(2, 3), { code: grpc.status.FAILED_PRECONDITION, details: 'speaks protocol 1, the gateway 2 to 3' });
  await assert.rejects(describe(2, 2), { code: grpc.status.FAILED_PRECONDITION, details: 'speaks protocol 1, the gateway 2' });
  assert.equal((await describe(1, 9)).protocol, 1);
});

for (const [how, secret] of [['no', null], ['a wrong', 'x'], ['a longer', 'Zm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVzIGxvbmcuLi4x']])
  test(`refuses every call with ${how} secret`, async t => {
    const gateway = await Gateway.start(t);

    for (const method of ['Describe', 'Configure', 'Retire', 'Health', 'Shutdown'])
      await assert.rejects(gateway.unary(method, {}, secret), { code: grpc.status.UNAUTHENTICATED });
    const stream = gateway.client.Handle(gateway.metadata(secret));
    stream.on('data', () => assert.fail('an answer'));
    const error = await new Promise(resolve => stream.on('error', resolve));
    assert.equal(error.code, grpc.status.UNAUTHENTICATED);
    assert.equal((await gateway.describe()).protocol, 1);
    assert.ok(!gateway.program.lines.some(line => line.includes(gateway.secret)));
  });

test('refuses a second secret beside the right one', async t => {
  const gateway = await Gateway.start(t);
  const metadata = gateway.metadata();
  metadata.add('krakenplugins-secret', 'x');
  const answer = new Promise((resolve, reject) => gateway.client.Health({}, metadata, (error, value) => (error ? reject(error) : resolve(value))));

  await assert.rejects(answer, { code: grpc.status.UNAUTHENTICATED });
});

test('ends with the gateway: when its input does', async t => {
  const gateway = await Gateway.start(t);
  const place = await gateway.configure('t/stall');
  const call = gateway.open().call(place);
  call.catch(() => {});

  gateway.program.child.stdin.end();

  assert.deepEqual(await gateway.program.end(), { status: 0, signal: null });
  await assert.rejects(call);
});

test('prints nothing of a greeting that is wrong', async () => {
  const program = new Program('plugin.js');
  program.child.stdin.end('{"cookie":"krakenplugins","secret":"c2VjcmV0"\n');

  assert.equal((await program.end()).status, 3);
  assert.ok(!program.lines.join().includes('c2VjcmV0'));
});
