import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// The namespace may hold the settings of several plugins, each under its name.
sample.httpServer('acme.sample', { needs: { requestHead: true } }, config => {
  const { path, text } = config['acme.sample'] ?? config;
  if (!path?.startsWith('/')) throw new ConfigError('acme.sample.path', 'a path that begins with / is required');
  return {
    onRequest(request) {
      if (request.target.split('?')[0] === path) return { body: text };
    },
  };
});

await serve(sample, import.meta);
