// The test service as grpc-js sees it.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const path = fileURLToPath(new URL('../interop.proto', import.meta.url));
export const testing = grpc.loadPackageDefinition(loader.loadSync(path, { keepCase: true, defaults: true })).grpc.testing;
export const payload = size => ({ type: 'COMPRESSABLE', body: Buffer.alloc(size) });
export { grpc };
