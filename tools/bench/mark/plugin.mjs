import { plugin, serve } from '$LIBRARY/index.js';

const mark = plugin('mark-js', '1.0.0').client('bench/mark', { stage: 'martian', needs: { requestHead: true, responseHead: true } }, () => ({
  onRequest: request => request.headers.set('X-Mark', '1'),
  onResponse: response => response.headers.set('X-Marked', '1'),
}));

await serve(mark, import.meta);
