// Answers in place of a backend: a quote of the configuration, by the placeholder {id} of the path.
import { ConfigError, Failure, plugin, serve } from '@krakenplugins/sidecar';

export const quotes = plugin('acme.quotes', '1.0.0').executor('acme/quotes', config => {
  if (!Array.isArray(config?.quotes)) throw new ConfigError('quotes', 'is missing; a list of texts was expected');
  return request => {
    const id = Number(request.parameters.get('Id'));
    const quote = config.quotes[id - 1];
    if (quote === undefined) throw new Failure('status', 'there is no such quote', { status: 404 });
    return { data: { id, quote } };
  };
});

await serve(quotes, import.meta);
