// Calls the test service: `node client.js ADDRESS CASE...`; prints `ok CASE` or `failed CASE: why` for each.
import assert from 'node:assert/strict';
import { grpc, payload, testing } from './service.js';

const [, , address, ...wanted] = process.argv;
const insecure = grpc.credentials.createInsecure();
const client = new testing.TestService(address, insecure);
const zipped = new testing.TestService(address, insecure, { 'grpc.default_compression_algorithm': 2 });
const initial = 'x-grpc-test-echo-initial', trailing = 'x-grpc-test-echo-trailing-bin';

function unary(method, request, { target = client, metadata = new grpc.Metadata(), options = {} } = {}) {
  return new Promise(resolve => {
    const result = {};
    const call = target[method](request, metadata, options, (error, response) => { result.error = error; result.response = response; });
    call.on('metadata', headers => { result.headers = headers; });
    call.on('status', status => { result.status = status; setImmediate(() => resolve(result)); });
    result.call = call;
  });
}

// Events of a stream as things to wait for.
function follow(call) {
  const messages = [], waiting = [];
  const ended = new Promise(resolve => call.on('status', resolve));
  let headers;
  call.on('metadata', value => { headers = value; });
  call.on('error', () => {});
  call.on('data', message => { if (waiting.length > 0) waiting.shift()(message); else messages.push(message); });
  return {
    ended,
    messages,
    next: () => messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise(resolve => waiting.push(resolve)),
    headers: () => headers,
  };
}

const sizes = [31415, 9, 2653, 58979], sent = [27182, 8, 1828, 45904];
const parameters = list => list.map(size => ({ size }));

const cases = {
  async empty_unary() {
    const { status, response } = await unary('EmptyCall', {});
    assert.equal(status.code, 0);
    assert.deepEqual(response, {});
  },
  async large_unary() {
    const { response } = await unary('UnaryCall', { response_size: 314159, payload: payload(271828) });
    assert.ok(response.payload.body.equals(Buffer.alloc(314159)));
  },
  async compressed_unary() {
    const { response } = await unary('UnaryCall', { response_size: 314159, payload: payload(271828), response_compressed: { value: true } }, { target: zipped });
    assert.ok(response.payload.body.equals(Buffer.alloc(314159)));
  },
  async compressed_streaming() {
    const call = zipped.FullDuplexCall(), stream = follow(call);
    for (const size of sizes) {
      call.write({ response_parameters: [{ size, compressed: { value: true } }], payload: payload(5000) });
      assert.equal((await stream.next()).payload.body.length, size);
    }
    call.end();
    assert.equal((await stream.ended).code, 0);
  },
  async client_streaming() {
    const result = await new Promise((resolve, reject) => {
      const call = client.StreamingInputCall((error, response) => error ? reject(error) : resolve(response));
      for (const size of sent) call.write({ payload: payload(size) });
      call.end();
    });
    assert.equal(result.aggregated_payload_size, 74922);
  },
  async server_streaming() {
    const stream = follow(client.StreamingOutputCall({ response_parameters: parameters(sizes) }));
    assert.equal((await stream.ended).code, 0);
    assert.deepEqual(stream.messages.map(message => message.payload.body.length), sizes);
  },
  async ping_pong() {
    const call = client.FullDuplexCall(), stream = follow(call);
    for (const [index, size] of sizes.entries()) {
      call.write({ response_parameters: parameters([size]), payload: payload(sent[index]) });
      assert.equal((await stream.next()).payload.body.length, size);
    }
    call.end();
    assert.equal((await stream.ended).code, 0);
  },
  async empty_stream() {
    const call = client.FullDuplexCall(), stream = follow(call);
    call.end();
    assert.equal((await stream.ended).code, 0);
    assert.equal(stream.messages.length, 0);
  },
  async cancel_after_begin() {
    const call = client.StreamingInputCall(() => {}), stream = follow(call);
    setImmediate(() => call.cancel());
    assert.equal((await stream.ended).code, grpc.status.CANCELLED);
  },
  async cancel_after_first_response() {
    const call = client.FullDuplexCall(), stream = follow(call);
    call.write({ response_parameters: parameters([31415]), payload: payload(27182) });
    await stream.next();
    call.cancel();
    assert.equal((await stream.ended).code, grpc.status.CANCELLED);
  },
  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall(new grpc.Metadata(), { deadline: Date.now() + 50 }), stream = follow(call);
    call.write({ response_parameters: [{ size: 31415, interval_us: 30000000 }], payload: payload(27182) });
    assert.equal((await stream.ended).code, grpc.status.DEADLINE_EXCEEDED);
  },
  async status_code_and_message() {
    const response_status = { code: 2, message: 'test status message' };
    const { status } = await unary('UnaryCall', { response_status });
    assert.deepEqual([status.code, status.details], [2, response_status.message]);
    const call = client.FullDuplexCall(), stream = follow(call);
    call.write({ response_status });
    call.end();
    const end = await stream.ended;
    assert.deepEqual([end.code, end.details], [2, response_status.message]);
  },
  async special_status_message() {
    const message = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
    const { status } = await unary('UnaryCall', { response_status: { code: 2, message } });
    assert.deepEqual([status.code, status.details], [2, message]);
  },
  async custom_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set(initial, 'test_initial_metadata_value');
    metadata.set(trailing, Buffer.from([0xab, 0xab, 0xab]));
    const result = await unary('UnaryCall', { response_size: 314159, payload: payload(271828) }, { metadata });
    assert.deepEqual(result.headers.get(initial), ['test_initial_metadata_value']);
    assert.deepEqual(result.status.metadata.get(trailing), [Buffer.from([0xab, 0xab, 0xab])]);
    const call = client.FullDuplexCall(metadata), stream = follow(call);
    call.write({ response_parameters: parameters([314159]), payload: payload(271828) });
    await stream.next();
    call.end();
    assert.deepEqual((await stream.ended).metadata.get(trailing), [Buffer.from([0xab, 0xab, 0xab])]);
    assert.deepEqual(stream.headers().get(initial), ['test_initial_metadata_value']);
  },
  async unimplemented_method() {
    assert.equal((await unary('UnimplementedCall', {})).status.code, grpc.status.UNIMPLEMENTED);
  },
  async unimplemented_service() {
    const target = new testing.UnimplementedService(address, insecure);
    assert.equal((await unary('UnimplementedCall', {}, { target })).status.code, grpc.status.UNIMPLEMENTED);
  },
};

for (const name of wanted) {
  try {
    await cases[name]();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${String(error.message).replaceAll('\n', ' ')}`);
  }
}
process.exit(0);
