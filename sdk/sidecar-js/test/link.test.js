import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { codec } from '../lib/contract.js';
import { ownLimits } from '../lib/limits.js';
import { Link } from '../lib/link.js';
import { Places } from '../lib/places.js';
import { plugin } from '../index.js';

const { decode } = codec('HandleResponse');
const through = ({ encode, decode: read }) => message => read(encode(message));
const frame = through(codec('GatewayFrame'));

/** A link whose other end takes messages for as long as a test lets it. */
async function linkTo(handler, { limits = {} } = {}) {
  const places = new Places(plugin('t.one', '1.0.0').client('t/a', { needs: { requestHead: true } }, () => handler));
  await places.configure({ generation: 1, places: [{ placeId: 1, name: 't/a', layer: 5, configJson: Buffer.alloc(0), serviceConfigJson: Buffer.alloc(0), logPrefix: '' }] });
  const end = { messages: [], isOpen: true };
  const write = message => {
    end.messages.push(message);
    return end.isOpen;
  };
  const link = new Link({ places, limits: () => ({ ...ownLimits, ...limits }), write });
  const start = callId => frame({ callId, start: { placeId: 1, request: {} } });
  return { link, end, start };
}

const turns = async count => {
  for (let i = 0; i < count; i++) await setImmediate();
};

test('what the gateway does not take is not made', async () => {
  const part = Buffer.alloc(64 << 10);
  let made = 0;
  const { link, end, start } = await linkTo(() => ({
    body: (function* () {
      for (;;) {
        made += part.length;
        yield part;
      }
    })(),
  }));
  end.isOpen = false;

  link.receive([start(1)]);
  await turns(1);
  link.receive([frame({ callId: 1, credit: { streamId: 1, bytes: 1 << 30 } })]);
  await turns(200);

  const before = made;
  assert.ok(before < 4 << 20, `${before} bytes`);
  end.isOpen = true;
  link.drained();
  await turns(3);
  assert.ok(made > before, `${made} bytes`);
  link.close();
  await turns(2);
  const after = made;
  await turns(50);
  assert.equal(made, after);
});

test('frames are parted into messages, in their order', async () => {
  const { link, end, start } = await linkTo(() => ({ body: Buffer.alloc(300 << 10) }));

  link.receive(Array.from({ length: 20 }, (_, i) => start(i + 1)));
  await turns(5);

  assert.ok(end.messages.length >= 6 && end.messages.every(message => message.length <= 1 << 20));
  assert.deepEqual(end.messages.flatMap(message => decode(message).frames.map(({ callId }) => callId)), Array.from({ length: 20 }, (_, i) => i + 1));
  assert.equal(link.calls.size, 0);
});

test('an answer that no message can hold fails its call', async t => {
  t.mock.method(process.stderr, 'write', () => true);
  const { link, end, start } = await linkTo(() => ({ headers: { 'X-Long': 'x'.repeat(5000) }, status: 200 }), { limits: { maxMessageBytes: 4096 } });

  link.receive([start(1)]);
  await turns(2);

  const [{ frames }] = end.messages.map(decode);
  assert.deepEqual(frames.map(({ finish }) => finish.failure.message), ['t/a failed']);
});

test('a call for a place that is not configured fails', async () => {
  const { link, end } = await linkTo(() => ({}));

  link.receive([frame({ callId: 5, start: { placeId: 9 } })]);
  await turns(2);

  assert.match(decode(end.messages[0]).frames[0].finish.failure.message, /place 9 is not configured/);
});
