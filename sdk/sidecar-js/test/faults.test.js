import assert from 'node:assert/strict';
import { test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { CancelReason } from '../lib/contract.js';
import { Frames, Gateway, inTime } from './gateway.js';

test('an exception is a failure without its details, and a line with them in the log', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { failure } = await gateway.call(await gateway.configure('t/throws'));

  assert.deepEqual([failure.kind, failure.status, failure.message, failure.body], ['internal', 0, 't/throws failed', null]);
  await gateway.program.line(line => line === 'ERROR [ENDPOINT: /t][t/throws] Error: a detail of the inside');
  await gateway.program.line(line => /^ERROR +at .*fixtures\/plugin\.js/.test(line));
});

test('a refusal says what it says', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { failure } = await gateway.call(await gateway.configure('t/refuses'));

  assert.deepEqual([failure.kind, failure.status, failure.message, String(failure.body), failure.contentType, failure.isBodyPublic], ['rejected', 403, 'not you', '{"error":"no"}', 'application/json', true]);
});

test('a handler that gives nothing, and one that wants what it did not declare, fail', async t => {
  const gateway = (await Gateway.start(t)).open();

  for (const [name, reason] of [['t/nothing', /the handler gave undefined; an answer/], ['t/undeclared', /its needs have no requestBody/]]) {
    const { failure } = await gateway.call(await gateway.configure(name));
    assert.equal(failure.message, `${name} failed`);
    await gateway.program.line(line => reason.test(line));
  }
});

test('a rejection that nobody waits for loses no call', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/rejects');

  const outcomes = await Promise.all(Array.from({ length: 20 }, () => gateway.call(place, { next: () => ({ status: 200 }) })));

  assert.ok(outcomes.every(({ response }) => response.status === 200));
  await gateway.program.line(line => line.startsWith('ERROR a promise was rejected and nobody waited for it: Error: nobody waits for this'));
});

test('an exception that nobody caught ends the process, after its calls', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { response } = await gateway.call(await gateway.configure('t/uncaught'), { next: () => ({ status: 200 }) });

  assert.equal(response.status, 200);
  assert.deepEqual(await gateway.program.end(), { status: 1, signal: null });
  assert.equal(gateway.calls.goingAway, 'an exception that nobody caught');
  assert.ok(gateway.program.lines.some(line => line.startsWith('CRITICAL an exception that nobody caught')));
});

test('cancellation reaches the signal, with its reason, and nothing is sent any more', async t => {
  const gateway = await Gateway.start(t);
  const place = await gateway.configure('t/stall');
  const frames = new Frames();
  gateway.open(frames.add);
  for (const [name, text] of [['CLIENT_GONE', 'client-gone'], ['DEADLINE', 'deadline'], ['LOST', 'lost'], ['SHUTDOWN', 'shutdown'], ['PROTOCOL_ERROR', 'protocol-error']]) {
    gateway.stream.write({ frames: [{ callId: CancelReason[`CANCEL_REASON_${name}`], start: { placeId: place.id, request: {} } }] });
    gateway.stream.write({ frames: [{ callId: CancelReason[`CANCEL_REASON_${name}`], cancel: { reason: CancelReason[`CANCEL_REASON_${name}`] } }] });
    await gateway.program.line(line => line === `INFO stopped: ${text}`);
  }
  await gateway.unary('Health');
  assert.equal(frames.waiting, 0);
  assert.ok(!gateway.program.lines.some(line => line.startsWith('ERROR')));
});

test('a call whose next hangs is told of the cancellation there', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/outer');
  const abort = new AbortController();

  const call = gateway.call(place, { signal: abort.signal, next: () => new Promise(() => abort.abort(new Error('the client left'))) });

  await assert.rejects(call, /the client left/);
  await gateway.program.line(line => line === 'INFO outer: client-gone');
});

test('the deadline fires the signal', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { failure } = await gateway.call(await gateway.configure('t/stall'), { timeout: 30 });

  assert.deepEqual([failure.kind, failure.status], ['timeout', 504]);
  await gateway.program.line(line => line === 'INFO stopped: deadline');
});

test('frames for calls, attempts and bodies that do not exist change nothing', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/mark');

  gateway.stream.write({ frames: [
    { callId: 77, cancel: { reason: 1 } },
    { callId: 78, result: { attempt: 1, response: {} } },
    { callId: 79, chunk: { streamId: 1, data: Buffer.from('x') } },
    { callId: 80, credit: { streamId: 1, bytes: 5 } },
    { callId: 81 },
  ] });

  const { response } = await gateway.call(place, { request: { query: { mark: 'm' } } });
  assert.deepEqual(response.data, { mark: 'm' });
});

test('calls beyond the agreed number are refused', async t => {
  const gateway = await Gateway.start(t);
  await gateway.describe({ maxConcurrentCalls: 2 });
  const place = await gateway.configure('t/stall');
  const frames = new Frames();
  gateway.open(frames.add);

  gateway.stream.write({ frames: [1, 2, 3].map(callId => ({ callId, start: { placeId: place.id, request: {} } })) });

  const { callId, finish } = await frames.next();
  assert.equal(callId, 3);
  assert.deepEqual([finish.failure.kind, finish.failure.status, finish.failure.isUnsent], [7, 503, true]);
});

test('a message beyond the limit ends the stream, and the process goes on', async t => {
  const gateway = await Gateway.start(t);
  const place = await gateway.configure('t/mark');
  gateway.open();

  gateway.stream.write({ frames: [{ callId: 1, start: { placeId: place.id, requestBody: { whole: Buffer.alloc(17 << 20) } } }] });

  assert.equal((await inTime(gateway.streamError, 'the end of the stream')).code, grpc.status.RESOURCE_EXHAUSTED);
  const { response } = await gateway.open().call(place, { request: { query: { mark: 'again' } } });
  assert.deepEqual(response.data, { mark: 'again' });
});

test('the calls of a stream end with it', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/stall');
  const call = gateway.call(place);
  call.catch(() => {});
  // The answer of another call says that the first one has begun.
  await gateway.call(await gateway.configure('t/mark'));

  gateway.stream.cancel();

  await gateway.program.line(line => line === 'INFO stopped: connection-lost');
});

test('Shutdown lets calls end, answers, and ends the process', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/mark');
  const call = gateway.call(place, { request: { query: { mark: 'last', wait: 200 } } });
  await gateway.unary('Health');

  await gateway.unary('Shutdown', { graceMs: 5000 });

  assert.deepEqual((await call).response.data, { mark: 'last' });
  assert.deepEqual(await gateway.program.end(), { status: 0, signal: null });
});

test('Shutdown does not wait for longer than it may', async t => {
  const gateway = (await Gateway.start(t)).open();
  const call = gateway.call(await gateway.configure('t/stall'));
  call.catch(() => {});
  await gateway.unary('Health');

  await gateway.unary('Shutdown', { graceMs: 50 });

  assert.equal((await gateway.program.end()).status, 0);
  await assert.rejects(call);
});

test('SIGTERM means the same, and is told', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/mark');
  const call = gateway.call(place, { request: { query: { mark: 'last', wait: 200 } } });
  await gateway.unary('Health');

  gateway.program.child.kill('SIGTERM');

  assert.deepEqual((await call).response.data, { mark: 'last' });
  assert.deepEqual(await gateway.program.end(), { status: 0, signal: null });
  assert.equal(gateway.calls.goingAway, 'SIGTERM');
});

test('a log that nobody reads loses no call', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/throws');
  gateway.program.child.stdout.destroy();
  gateway.program.child.stderr.destroy();

  const outcomes = await Promise.all(Array.from({ length: 20 }, () => gateway.call(place)));

  assert.ok(outcomes.every(({ failure }) => failure.message === 't/throws failed'));
  assert.equal((await gateway.unary('Health')).status, 1);
});
