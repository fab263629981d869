// Stamps requests on their way in and answers on their way out.
import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

export const stamp = plugin('acme.stamp', '1.0.0').proxy(
  'acme/stamp',
  { stage: 'modifiers', needs: { requestHead: true, responseHead: true } },
  config => {
    if (typeof config?.value !== 'string') throw new ConfigError('value', 'is missing; the text to stamp with was expected');
    return {
      onRequest: request => request.headers.set('X-Stamp', config.value),
      onResponse: response => response.headers.set('X-Stamped', config.value),
    };
  },
);

await serve(stamp, import.meta);
