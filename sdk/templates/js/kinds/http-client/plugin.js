import { ConfigError, plugin, serve } from '@krakenplugins/sidecar';

export const sample = plugin('acme.sample', '1.0.0');

// The namespace may hold the settings of several plugins, each under its name.
sample.httpClient('acme.sample', { needs: { requestHead: true, responseHead: true } }, config => {
  const { retries = 1 } = config['acme.sample'] ?? config;
  if (!(retries >= 0 && retries <= 5)) throw new ConfigError('acme.sample.retries', 'a number from 0 to 5 is expected');
  return async (request, next) => {
    let response = await next(request);
    // What is safe to repeat: methods without effect (RFC 9110, section 9.2.1) whose call never got an answer.
    for (let i = 0; i < retries && response.failure?.kind === 'connection' && ['GET', 'HEAD'].includes(request.method); i++) response = await next(request);
    return response;
  };
});

await serve(sample, import.meta);
