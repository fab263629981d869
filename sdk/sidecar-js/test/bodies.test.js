import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frames, Gateway } from './gateway.js';

const chunkSize = 64 << 10;
const window = 256 << 10;
const bytes = size => Buffer.from(Array.from({ length: size }, (_, i) => (i * 31) & 0xff));

/** A stream whose frames a test sends and takes by hand. */
async function byHand(t, name, config) {
  const gateway = await Gateway.start(t);
  const place = await gateway.configure(name, config);
  const frames = new Frames();
  gateway.open(frames.add);
  const send = (callId, kind, content) => gateway.stream.write({ frames: [{ callId, [kind]: content }] });
  const start = content => send(1, 'start', { placeId: place.id, request: {}, ...content });
  return { gateway, place, frames, send, start };
}

test('bodies go through in both directions, of every length', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/pass');
  for (const size of [0, 1, chunkSize, window, window + 1, 3_000_000]) {
    const [up, down] = [bytes(size), bytes(size + 1)];

    const { response, attempts } = await gateway.call(place, { request: { body: up }, next: () => ({ body: down }) });

    assert.ok(attempts[0].body.equals(up), `${size} up`);
    assert.ok(response.body.equals(down), `${size} down`);
  }
});

test('an executor answers with the body while it comes', async t => {
  const gateway = (await Gateway.start(t)).open();
  const place = await gateway.configure('t/echo');
  const body = bytes(1_000_000);

  const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => gateway.call(place, { request: { headers: { 'X-Mark': i }, body } })));

  for (const [i, { response }] of answers.entries()) {
    assert.equal(response.headers.get('X-Mark'), String(i));
    assert.ok(response.body.equals(body));
  }
});

test('what is collected goes on as it was', async t => {
  const gateway = (await Gateway.start(t)).open();
  const body = bytes(500_000);

  const { response, attempts } = await gateway.call(await gateway.configure('t/collect'), { request: { body } });

  assert.equal(response.headers.get('X-Size'), '500000');
  assert.ok(attempts[0].body.equals(body));
});

test('what is collected is still encoded as it was', async t => {
  const { frames, start, send } = await byHand(t, 't/collect');

  start({ request: { headers: [{ name: 'content-encoding', value: 'gzip' }] }, requestBody: { streamId: 1, length: 4 } });
  await frames.next();
  send(1, 'chunk', { streamId: 1, data: bytes(4), isLast: true });

  const { proceed } = await frames.next();
  assert.deepEqual(proceed.change.headers.map(({ name, value }) => [name, value]), [['Content-Encoding', 'gzip']]);
});

test('a body that was read in parts must be replaced', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { failure } = await gateway.call(await gateway.configure('t/careless'), { request: { body: 'x' } });

  assert.equal(failure.kind, 'internal');
  await gateway.program.line(line => line.includes('was read and not replaced'));
});

test('a body that is not read is asked for nowhere', async t => {
  const { frames, start } = await byHand(t, 't/stamp');

  start({ requestBody: { streamId: 1, length: 10 } });

  assert.equal((await frames.next()).frame, 'proceed');
  assert.equal(frames.waiting, 0);
});

test('asks for more as it reads, and never for more than its window', async t => {
  const { frames, send, start, gateway } = await byHand(t, 't/slow');
  const chunk = Buffer.alloc(chunkSize);
  const result = attempt => send(1, 'result', { attempt, response: { status: 200 } });

  start({ requestBody: { streamId: 9 } });

  const first = await frames.next();
  assert.deepEqual([first.frame, first.credit], ['credit', { streamId: 9, bytes: window }]);
  for (let i = 0; i < 4; i++) send(1, 'chunk', { streamId: 9, data: chunk });
  assert.equal((await frames.next()).proceed.attempt, 1);
  // A round trip later nothing more was asked for: the handler still has the first chunk.
  await gateway.unary('Health');
  assert.equal(frames.waiting, 0);
  result(1);
  assert.equal((await frames.next()).proceed.attempt, 2);
  result(2);
  const more = await frames.next();
  assert.deepEqual([more.frame, more.credit], ['credit', { streamId: 9, bytes: 2 * chunkSize }]);
});

test('sends no more than it was allowed, in chunks of the agreed size', async t => {
  const { frames, send, start, gateway } = await byHand(t, 't/endless');
  start({ request: { headers: [{ name: 'X-Mark', value: 'one' }] } });
  const finish = await frames.next();
  assert.equal(finish.finish.outcome, 'response');
  const { streamId } = finish.finish.response.body;
  const take = async size => {
    let got = 0;
    while (got < size) {
      const { chunk } = await frames.next();
      assert.equal(chunk.streamId, streamId);
      assert.ok(chunk.data.length <= chunkSize);
      got += chunk.data.length;
    }
    await gateway.unary('Health');
    assert.deepEqual([got, frames.waiting], [size, 0]);
  };

  await take(window);
  send(1, 'credit', { streamId, bytes: 10 });
  await take(10);
  send(1, 'credit', { streamId, bytes: 150_000 });
  await take(150_000);
  send(1, 'cancel', { reason: 1 });

  await gateway.program.line(line => line === 'INFO ended one');
});

test('keeps to smaller limits of the gateway', async t => {
  const gateway = await Gateway.start(t);
  await gateway.describe({ maxChunkBytes: 1000, initialCreditBytes: 2500 });
  const place = await gateway.configure('t/endless');
  const frames = new Frames();
  gateway.open(frames.add);

  gateway.stream.write({ frames: [{ callId: 1, start: { placeId: place.id, request: {} } }] });

  await frames.next();
  const sizes = [];
  for (let i = 0; i < 3; i++) sizes.push((await frames.next()).chunk.data.length);
  assert.deepEqual(sizes, [1000, 1000, 500]);
});

test('a body longer than what goes as a whole goes in chunks', async t => {
  const gateway = (await Gateway.start(t)).open();

  const { response } = await gateway.call(await gateway.configure('t/long'));

  assert.ok(response.body.equals(Buffer.alloc(9 << 20, 7)));
});

test('a source that fails breaks the body off', async t => {
  const { frames, start, gateway } = await byHand(t, 't/broken');

  start();

  const kinds = [];
  for (let chunk = null; !chunk?.isBroken; ) {
    const frame = await frames.next();
    chunk = frame.chunk;
    kinds.push(frame.frame);
  }
  assert.deepEqual(kinds, ['finish', 'chunk', 'chunk']);
  await gateway.program.line(line => line.startsWith('ERROR [ENDPOINT: /t][t/broken] Error: the source is gone'));
});

test('a body that breaks off on its way in breaks off on its way out', async t => {
  const { frames, send, start } = await byHand(t, 't/echo');
  start({ requestBody: { streamId: 1 } });
  for (let frame = await frames.next(); frame.frame !== 'credit'; ) frame = await frames.next();

  send(1, 'chunk', { streamId: 1, data: Buffer.from('abc') });
  send(1, 'chunk', { streamId: 1, data: Buffer.alloc(0), isBroken: true });

  for (let frame = await frames.next(); !frame.chunk?.isBroken; ) frame = await frames.next();
});
