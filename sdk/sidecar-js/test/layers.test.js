import assert from 'node:assert/strict';
import { test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { Layer } from '../lib/contract.js';
import { Gateway } from './gateway.js';

const around = ['SERVER', 'ENDPOINT', 'PROXY', 'BACKEND', 'CLIENT', 'HTTP_SERVER', 'HTTP_CLIENT', 'MIDDLEWARE'];

test('stands around every layer', async t => {
  const gateway = (await Gateway.start(t)).open();
  for (const name of around) {
    const place = await gateway.configure('t/stamp', {}, Layer[`LAYER_${name}`]);

    const { response, attempts } = await gateway.call(place, { request: { headers: { 'X-A': ['1', '2'] } }, next: () => ({ status: 200, headers: { 'X-Out': 'inner' } }) });

    assert.equal(attempts.length, 1, name);
    assert.ok(attempts[0].headers.get('X-In'), name);
    assert.deepEqual(attempts[0].headers.getAll('x-a'), ['1', '2']);
    assert.deepEqual(response.headers.getAll('X-Out'), ['inner', attempts[0].headers.get('X-In')]);
    assert.equal(response.status, 200);
  }
});

test('executes', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { response } = await gateway.call(await gateway.configure('t/mark'), { request: { query: { mark: 'a' } } });

  assert.equal(response.status, 200);
  assert.deepEqual(response.data, { mark: 'a' });
  assert.equal(response.isComplete, true);
});

test('modifies requests', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/request');

  const { request } = await gateway.call(place, { request: { query: { a: '0' }, body: 'hello' } });
  const { failure } = await gateway.call(place, { request: { query: { refused: '' } } });

  assert.deepEqual([...request.query], [['a', '0'], ['added', '1']]);
  assert.equal(String(request.body), 'hello!');
  assert.deepEqual([failure.kind, failure.status, failure.message], ['rejected', 422, 'refused']);
});

test('modifies responses', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { response } = await gateway.call(await gateway.configure('t/response'), { response: { status: 200, data: { a: 1 } } });

  assert.equal(response.status, 202);
  assert.deepEqual(response.data, { a: 1, added: true });
});

test('goes on several times, one after the other', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/retry');
  const failure = Object.assign(new Error('no'), { kind: 'connection', headers: [], isUnsent: true });
  const seen = [];
  const next = request => {
    seen.push(request.headers.get('X-Attempt'));
    return seen.length < 3 ? { failure } : { data: { attempt: request.headers.get('X-Attempt') } };
  };

  const { response, attempts } = await gateway.call(place, { next });

  assert.deepEqual(seen, ['1', '2', '3']);
  assert.deepEqual(response.data, { attempt: '3' });
  assert.deepEqual(attempts.map(({ attempt }) => attempt), [1, 2, 3]);
});

test('goes on several times at once, and takes the first', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/race');
  const next = request => (request.headers.get('X-Host') === 'a' ? new Promise(() => {}) : { data: { from: 'b' } });

  const { response, attempts } = await gateway.call(place, { next });

  assert.deepEqual(response.data, { from: 'b' });
  assert.equal(attempts.length, 2);
});

test('changes data in place', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { response } = await gateway.call(await gateway.configure('t/data'), { claims: { sub: 'me' }, next: () => ({ data: { list: [1, 2, 3] } }) });

  assert.deepEqual(response.data, { list: [1, 2, 3], sum: 6 });
  assert.equal(response.isComplete, false);
});

test('data that is only read is not sent back', async t => {
  const gateway = await Gateway.start(t);
  const place = await gateway.configure('t/reader');
  const finished = new Promise(resolve => gateway.open(({ callId, frame, finish }) => {
    if (frame === 'finish') return resolve(finish);
    const body = { whole: Buffer.from('{ "big": 12345678901234567890, "small": 1.50 }') };
    gateway.stream.write({ frames: [{ callId, result: { attempt: 1, response: { isData: true, body } } }] });
  }));

  gateway.stream.write({ frames: [{ callId: 1, start: { placeId: place.id, request: {} } }] });

  const { outcome, change } = await finished;
  assert.equal(outcome, 'change');
  assert.equal(change.body, null);
});

test('a handler that looks at no answers lets them pass by', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/config');

  const { attempts } = await gateway.call(place, { next: () => ({ status: 200 }) });

  assert.equal(attempts[0].isLast, true);
  assert.equal(place.needs.responseHead, false);
});

test('64 marked calls at once keep their answers', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/mark');

  for (let round = 0; round < 10; round++) {
    const marks = Array.from({ length: 64 }, (_, i) => `${round}-${i}`);
    const outcomes = await Promise.all(marks.map((mark, i) => gateway.call(place, { request: { query: { mark, wait: (i * 7) % 20 } } })));
    assert.deepEqual(outcomes.map(({ response }) => response.data.mark), marks);
  }
});

test('frames of one turn travel in one message', async t => {
  const gateway = await Gateway.start(t);
  const place = await gateway.configure('t/throws');
  let open = 64;
  const done = new Promise(resolve => gateway.open(() => --open || resolve()));

  gateway.stream.write({ frames: Array.from({ length: 64 }, (_, i) => ({ callId: i + 1, start: { placeId: place.id, request: {} } })) });

  await done;
  assert.ok(gateway.messages.length <= 2, `${gateway.messages.length} messages`);
});

test('configurations: findings, places that need nothing, and the end', async t => {
  const gateway = (await Gateway.start(t)).open();
  const findings = async config => (await gateway.configure('t/config', config)).diagnostics.map(({ severity, path, message, refusesStart }) => ({ severity, path, message, refusesStart }));

  assert.deepEqual(await findings({ bad: 1 }), [{ severity: 3, path: 'list[2].name', message: 'is missing', refusesStart: true }]);
  assert.deepEqual(await findings({ warned: 1 }), [{ severity: 2, path: 'warned', message: 'is out of date', refusesStart: false }]);
  const [broken] = await findings({ broken: 1 });
  assert.ok(!broken.message.includes('a fault of the factory'));
  await gateway.program.line(line => /^ERROR \[ENDPOINT: \/t\]\[t\/config\] Error: a fault of the factory/.test(line));
  assert.equal((await gateway.configure('t/config', { unused: 1 })).isUnused, true);

  const place = await gateway.configure('t/config', {}, undefined, 2);
  await gateway.unary('Retire', { generation: 2 });
  await gateway.program.line(line => line === 'INFO closed');
  const { failure } = await gateway.call(place);
  assert.match(failure.message, /is not configured/);
});

test('says how it is', async t => {
  const gateway = (await Gateway.start(t)).open();
  assert.deepEqual(await gateway.unary('Health'), { status: 1, message: '' });

  await gateway.call(await gateway.configure('t/ill'));

  assert.deepEqual(await gateway.unary('Health'), { status: 2, message: 'only half' });

  await gateway.call(await gateway.configure('t/ill', { fault: true }));

  await assert.rejects(gateway.unary('Health'), { code: grpc.status.INTERNAL, details: 'the plugin failed; its log says why' });
});
