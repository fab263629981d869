// Replaces a text in the bodies that a backend sends, as they pass: no more of them is in memory than the window of a stream.
import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

async function* replaced(body, from, to) {
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + chunk.toString('latin1')).split(from);
    // The beginning of the text may stand at the end of a chunk.
    const last = parts.at(-1);
    const open = Math.max(0, last.length - from.length + 1);
    rest = last.slice(open);
    parts[parts.length - 1] = last.slice(0, open);
    yield Buffer.from(parts.join(to), 'latin1');
  }
  yield Buffer.from(rest, 'latin1');
}

const bytesOf = text => Buffer.from(text, 'utf8').toString('latin1');

export const mask = plugin('acme.mask', '1.0.0').client(
  'acme/mask',
  { stage: 'martian', needs: { requestHead: true, responseHead: true, responseBody: 'streamed' } },
  config => {
    if (typeof config?.text !== 'string' || config.text === '') throw new ConfigError('text', 'is missing; the text to replace was expected');
    const [from, to] = [bytesOf(config.text), bytesOf(config.by ?? '***')];
    return {
      onRequest: request => request.headers.set('Accept-Encoding', 'identity'),
      onResponse(response) {
        if (response.body) response.body = replaced(response.body, from, to);
      },
    };
  },
);

await serve(mask, import.meta);
