const isFunction = value => typeof value === 'function';

// What a factory gave as one function (request, next).
function around(handler) {
  if (isFunction(handler)) return handler;
  if (isFunction(handler.handle)) return (request, next) => handler.handle(request, next);
  return async (request, next) => {
    const early = await handler.onRequest?.(request);
    const isRequest = early?.constructor === request.constructor;
    if (early !== undefined && !isRequest) return early;
    const changed = isRequest ? early : request;
    if (!handler.onResponse) return changed;
    const response = await next(changed);
    return (await handler.onResponse(response, changed)) ?? response;
  };
}

const single = handler => (isFunction(handler) ? handler : request => handler.handle(request));

const runners = {
  executor: handler => {
    const handle = single(handler);
    return async call => call.finishAnswer(await handle(call.request));
  },
  'request-modifier': handler => {
    const handle = single(handler);
    return async call => call.finishRequest((await handle(call.request)) ?? call.request);
  },
  'response-modifier': handler => {
    const handle = isFunction(handler) ? handler : (response, request) => handler.handle(response, request);
    return async call => call.finishResponse((await handle(call.response, call.request)) ?? call.response);
  },
};

const aroundRunner = handler => {
  const handle = around(handler);
  return async call => call.finish(await handle(call.request, (request = call.request) => call.next(request)));
};

/** Whether answers pass by: nobody looks at them. */
export const isBlindToResponses = handler => isFunction(handler?.onRequest) && !isFunction(handler.handle) && !isFunction(handler.onResponse);

/** What lets a handler work on calls of a layer. Throws a TypeError on what is no handler. */
export function runnerOf(layer, handler, name) {
  const isAround = !Object.hasOwn(runners, layer);
  const isHandler = isFunction(handler) || isFunction(handler?.handle) || (isAround && (isFunction(handler?.onRequest) || isFunction(handler?.onResponse)));
  if (!isHandler) throw new TypeError(`the factory of ${name} gave no handler; a function, or an object with handle${isAround ? ', onRequest or onResponse' : ''} is one`);
  return (isAround ? aroundRunner : runners[layer])(handler);
}
