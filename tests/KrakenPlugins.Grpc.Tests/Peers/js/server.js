// Serves the test service: `node server.js ADDRESS`, where ADDRESS is host:0 or unix:/path. Says where it listens and which calls were cancelled.
import { grpc, payload, testing } from './service.js';

const initial = 'x-grpc-test-echo-initial', trailing = 'x-grpc-test-echo-trailing-bin';

function echo(call) {
  const headers = new grpc.Metadata(), trailers = new grpc.Metadata();
  for (const value of call.metadata.get(initial)) headers.add(initial, value);
  for (const value of call.metadata.get(trailing)) trailers.add(trailing, value);
  if (Object.keys(headers.getMap()).length > 0) call.sendMetadata(headers);
  call.on('cancelled', () => console.log('cancelled'));
  return trailers;
}

async function send(call, request) {
  for (const part of request.response_parameters) {
    if (part.interval_us > 0) await new Promise(resolve => setTimeout(resolve, part.interval_us / 1000));
    call.write({ payload: payload(part.size) });
  }
}

const service = {
  EmptyCall: (call, reply) => reply(null, {}),
  UnaryCall(call, reply) {
    const trailers = echo(call), { response_status: status, response_size: size } = call.request;
    if (status && status.code) reply({ code: status.code, details: status.message, metadata: trailers });
    else reply(null, { payload: payload(size) }, trailers);
  },
  async StreamingOutputCall(call) {
    echo(call);
    await send(call, call.request);
    call.end();
  },
  StreamingInputCall(call, reply) {
    let sum = 0;
    const trailers = echo(call);
    call.on('data', request => { sum += request.payload.body.length; });
    call.on('end', () => reply(null, { aggregated_payload_size: sum }, trailers));
  },
  FullDuplexCall(call) {
    const trailers = echo(call);
    let order = Promise.resolve(), failed = false;
    call.on('data', request => {
      order = order.then(async () => {
        const status = request.response_status;
        if (status && status.code) {
          failed = true;
          call.emit('error', { code: status.code, details: status.message, metadata: trailers });
        } else if (!failed) await send(call, request);
      });
    });
    call.on('end', () => order.then(() => { if (!failed) call.end(trailers); }));
  },
};

const server = new grpc.Server();
server.addService(testing.TestService.service, service);
server.bindAsync(process.argv[2], grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`listening ${port}`);
});
