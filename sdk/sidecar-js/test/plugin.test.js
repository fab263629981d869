import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headers } from '../lib/fields.js';
import { Failure, plugin, Refusal } from '../index.js';
import { testHost } from '../testing.js';

const factory = () => request => request;

test('what cannot be meant is said where it is written', () => {
  const one = () => plugin('t.one', '1.0.0');

  assert.throws(() => one().proxy('t/a', { needs: { request_head: true } }, factory), /"request_head" is no need; "requestHead"/);
  assert.throws(() => one().proxy('t/a', { needs: { requestBody: 'whole' } }, factory), /"whole" is no .*"buffered", "streamed" are/);
  assert.throws(() => one().proxy('t/a', { stage: 'middle' }, factory), /"middle" is no stage of the layer proxy; "answer"/);
  assert.throws(() => one().server('t/a', { reach: 'all' }, factory), /"all" is no reach; "service", "endpoints" are/);
  assert.throws(() => one().proxy('t/a', {}), /the last argument is a function/);
  assert.throws(() => one().proxy('t/a', factory).proxy('t/a', factory), /t\/a stands twice/);
  assert.throws(() => new Refusal(200, 'no'), /400 to 599 are/);
  assert.throws(() => new Failure('bad', 'no'), /"bad" is no kind of failure; internal/);
});

test('stages are named, or numbers', () => {
  const { components } = plugin('t.one', '1.0.0').proxy('t/a', { stage: 'policies' }, factory).proxy('t/d', { stage: 'after policies' }, factory).proxy('t/b', { stage: { order: 410, name: 'after policies' } }, factory).proxy('t/c', factory);

  assert.deepEqual(components.map(({ stage }) => stage), [
    { name: 'policies', order: 400, exclusive: '' },
    { name: 'after policies', order: 410, exclusive: '' },
    { order: 410, name: 'after policies', exclusive: '' },
    null,
  ]);
});

test('headers are found in any case, and remember what was changed', () => {
  const headers = new Headers([{ name: 'A', value: '1' }, { name: 'a', value: '2' }, { name: 'B', value: '3' }]);

  assert.deepEqual([headers.get('a'), headers.getAll('A'), headers.has('b'), headers.get('c')], ['1', ['1', '2'], true, null]);
  headers.add('a', 3);
  headers.set('A', 4);
  headers.remove('b');
  headers.add('C', '5');

  assert.deepEqual([...headers], [['A', '4'], ['C', '5']]);
  assert.deepEqual(headers._changes.map(({ name, operation, value }) => [name, operation, value]), [['A', 1, '4'], ['b', 3, ''], ['C', 2, '5']]);
  assert.throws(() => headers.set('a b', '1'), /"a b" is no header name/);
  assert.throws(() => headers.set('a', '1\r\nB: 2'), /control character/);
});

test('a clone changes on its own', async () => {
  const host = testHost(plugin('t.one', '1.0.0').backend('t/a', { needs: { requestHead: true, requestBody: 'buffered', claims: true } }, () => async (request, next) => {
    request.query.set('q', '1');
    const clone = request.clone();
    Object.assign(clone, { method: 'POST', target: '/other', scheme: 'https', authority: 'other:443', hostHeader: 'o', body: 'new', claims: { sub: request.claims.sub } });
    clone.query.set('q', '2');
    clone.parameters.set('Id', '9');
    clone.responseHeaders.set('X-R', '1');
    await next(clone);
    return request;
  }));

  const { attempts: [first, second] } = await host.call('t/a', {}, { request: { body: 'old', parameters: { Id: '7' } }, claims: { sub: 'me' } });

  const seen = ({ method, target, scheme, authority, hostHeader, body, query, parameters, claims }) =>
    [method, target, scheme, authority, hostHeader, String(body), query.get('q'), parameters.get('Id'), claims];
  assert.deepEqual(seen(first), ['POST', '/other', 'https', 'other:443', 'o', 'new', '2', '9', { sub: 'me' }]);
  assert.deepEqual(first.responseHeaders.map(({ name, value }) => [name, value]), [['X-R', '1']]);
  assert.deepEqual(seen(second), ['GET', '/', 'http', '', '', 'old', '1', '7', { sub: 'me' }]);
});

test('only what was declared is sent', async () => {
  const host = testHost(plugin('t.one', '1.0.0').endpoint('t/a', { needs: { requestHead: true, headers: ['x-a'] } }, () => request => ({ data: [...request.headers] })));

  const { response } = await host.call('t/a', {}, { request: { headers: { 'X-A': '1', 'X-B': '2' } } });

  assert.equal(response.headers.get('Content-Type'), 'application/json');
  assert.deepEqual(JSON.parse(response.body), [['X-A', '1']]);
});

test('a factory is told where it stands', async () => {
  const host = testHost(plugin('t.one', '1.0.0').backend('t/a', (config, place) => {
    assert.deepEqual([config, place.serviceConfig, place.path, place.endpoint.path, place.backend.encoding], [{ a: 1 }, { b: 2 }, 'endpoints[0]', '/x', 'json']);
    return request => request;
  }));
  const place = { serviceConfig: { b: 2 }, path: 'endpoints[0]', endpoint: { path: '/x' }, backend: { encoding: 'json' } };

  assert.deepEqual((await host.configure('t/a', { a: 1 }, { place })).diagnostics, []);
});

test('a body that is no JSON is refused, and not quoted', async () => {
  const host = testHost(plugin('t.one', '1.0.0').client('t/a', { needs: { requestBody: 'streamed' } }, () => async request => ({ data: await request.body.json() })));

  const { failure } = await host.call('t/a', {}, { request: { body: '{"password": x}' } });

  assert.deepEqual([failure.status, failure.message], [400, 'the body of the request is no JSON']);
});

test('a body of parts is sent once', async () => {
  const host = testHost(plugin('t.one', '1.0.0').client('t/a', () => async (request, next) => {
    request.body = [Buffer.from('a'), 'b'];
    await next(request);
    await next(request).catch(error => assert.match(error.message, /can be sent once/));
    request.body = 'again';
    await next(request);
    return next(request);
  }));

  const { attempts } = await host.call('t/a', {}, {});

  assert.deepEqual(attempts.map(({ body }) => String(body)), ['ab', 'again', 'again']);
});

test('attempts are bounded', async () => {
  const host = testHost(plugin('t.one', '1.0.0').client('t/a', () => async (request, next) => {
    const all = Array.from({ length: 65 }, () => next(request));
    await assert.rejects(all[64], /more than 64 attempts/);
    return all[0];
  }));

  const { attempts } = await host.call('t/a', {}, {});

  assert.equal(attempts.length, 64);
});

test('answers are checked', async t => {
  const log = t.mock.method(process.stderr, 'write', () => true);
  const host = testHost(plugin('t.one', '1.0.0').client('t/a', config => () => config));
  for (const [answer, reason] of [[{ stauts: 200 }, /has no "stauts"/], [{ status: 99 }, /99 is no status/], [{ data: 1, body: 'x' }, /data or a body, not both/]]) {
    const { failure } = await host.call('t/a', answer);
    assert.equal(failure.message, 't/a failed');
    assert.match(log.mock.calls.at(-1).arguments[0], reason);
  }
});

test('calls of a test can be cancelled', async () => {
  const abort = new AbortController();
  const reasons = [];
  const host = testHost(plugin('t.one', '1.0.0').client('t/a', () => ({ signal }) => {
    signal.addEventListener('abort', () => reasons.push(signal.reason.reason));
    abort.abort(new Error('enough'));
    return new Promise(() => {});
  }));

  await assert.rejects(host.call('t/a', {}, { signal: abort.signal }), /enough/);
  assert.deepEqual(reasons, ['client-gone']);
});

test('plugin.json is compared', () => {
  const host = testHost(plugin('acme.stamp', '2.0.0').proxy('acme/other', factory));

  const check = (host, example) => () => host.checkManifest(new URL(`../examples/${example}/plugin.json`, import.meta.url));
  assert.throws(check(host, 'stamp'), /version is "1\.0\.0".*plugin\.json has acme\/stamp \(proxy\).*the plugin has acme\/other \(proxy\)/);
  const guard = options => testHost(plugin('acme.guard', '1.0.0').endpoint('acme/guard', options, factory));
  assert.throws(check(guard({ stage: 'scripts', needs: { requestBody: 'buffered', requestHead: true } }), 'guard'), /stands at "authentication" .* at "scripts".*needs request_body, .*needs all headers, plugin.json allows authorization/);
  assert.throws(check(guard({ needs: { requestHead: true, headers: ['X-A'] } }), 'guard'), /needs the header X-A/);
});

test('a body that was set can be read again', async () => {
  const host = testHost(plugin('t.one', '1.0.0').client('t/a', () => async (request, next) => {
    request.body = 'one';
    request.body = `${await request.body.text()} two`;
    return next(request);
  }));

  assert.equal(String((await host.call('t/a')).attempts[0].body), 'one two');
});

test('an executor that goes on, and needs that grow, are faults', async t => {
  const log = t.mock.method(process.stderr, 'write', () => true);
  const host = testHost(plugin('t.one', '1.0.0')
    .executor('t/a', () => request => request)
    .client('t/b', { needs: { requestHead: true } }, (config, place) => place.needs({ responseHead: true })));

  assert.equal((await host.call('t/a')).failure.message, 't/a failed');
  assert.match(log.mock.calls.at(-1).arguments[0], /the handler gave Request; an answer/);
  assert.equal((await host.configure('t/b')).diagnostics[0].severity, 'error');
  assert.match(log.mock.calls.at(-1).arguments[0], /did not declare its need of responseHead/);
});

test('an exchange goes on once', async () => {
  const host = testHost(plugin('t.one', '1.0.0').endpoint('t/a', () => async (request, next) => {
    const response = await next();
    await assert.rejects(next(), /goes on once/);
    return response;
  }));

  assert.equal((await host.call('t/a')).attempts.length, 1);
});

test('a failure has nothing to change, but an answer can be made of it', async () => {
  const failure = new Failure('connection', 'gone');
  const host = testHost(plugin('t.one', '1.0.0')
    .client('t/stamp', () => ({ onResponse: response => response.headers.set('A', '1') }))
    .client('t/body', () => ({ onResponse: response => Object.assign(response, { status: 203, body: 'instead' }) }))
    .proxy('t/data', () => ({ onResponse: response => Object.assign(response, { data: { instead: true }, isComplete: false }) })));

  const [stamp, body, data] = await Promise.all(['t/stamp', 't/body', 't/data'].map(name => host.call(name, {}, { next: () => ({ failure }) })));

  assert.equal(stamp.response.failure.message, 'gone');
  assert.deepEqual([body.response.status, String(body.response.body), body.response.failure], [203, 'instead', null]);
  assert.deepEqual([data.response.data, data.response.isComplete, data.response.failure.message], [{ instead: true }, false, 'gone']);
});

test('what the gateway would take for a breach is refused where it is written', async () => {
  const host = testHost(plugin('t.one', '1.0.0').client('t/a', { needs: { requestHead: true } }, () => async (request, next) => {
    for (const [name, value] of [['method', 'A B'], ['target', 'x'], ['target', '/ä'], ['target', '/#a'], ['scheme', 'ftp'], ['authority', 'a b'], ['hostHeader', 'a/b'], ['claims', []]])
      assert.throws(() => (request[name] = value), TypeError, name);
    const response = await next();
    assert.throws(() => response.headers.set('A', '1'), /no responseHead/);
    assert.throws(() => (response.status = 201), /no responseHead/);
    assert.throws(() => (response.body = 'x'), /no responseHead/);
    request.authority = 'other:81';
    return request;
  }));

  const { attempts: [, last] } = await host.call('t/a', {}, { request: { scheme: 'https', authority: 'one:80' } });

  assert.deepEqual([last.scheme, last.authority], ['https', 'other:81']);
  assert.throws(() => new Failure('internal', 'x', { status: 99 }), /99 is no status/);
});
