// What a test says and sees, from and to messages.
import { BodyNeed, HeaderOperation } from '../contract.js';
import { headerPairs, Headers, pairs, Parameters } from '../fields.js';

const texts = ['method', 'target', 'scheme', 'authority', 'hostHeader'];
const wanted = (list, names) => (names.length === 0 ? list : list.filter(({ name }) => names.some(one => one.toLowerCase() === name.toLowerCase())));

/** The head of a request as a component with these needs is sent it. */
export function requestHead(request, needs) {
  if (!needs.requestHead) return null;
  const { method = 'GET', target = '/', scheme = 'http', authority = '', hostHeader = '', clientAddress = '127.0.0.1' } = request;
  const headers = wanted(headerPairs(request.headers), needs.headers);
  return { method, target, scheme, authority, hostHeader, clientAddress, headers, query: pairs(request.query), parameters: pairs(request.parameters) };
}

/** The answer as a component with these needs is sent it. */
export function responseFor(message, needs) {
  const head = needs.responseHead ? message : { isData: message.isData };
  const body = needs.responseBody === BodyNeed.BODY_NEED_UNSPECIFIED ? null : message.body;
  return { ...head, headers: wanted(head.headers ?? [], needs.headers), body };
}

function changeHeaders(headers, changes) {
  for (const { name, operation, value } of changes) {
    if (operation === HeaderOperation.HEADER_OPERATION_SET) headers.set(name, value);
    else if (operation === HeaderOperation.HEADER_OPERATION_ADD) headers.add(name, value);
    else if (operation === HeaderOperation.HEADER_OPERATION_REMOVE) headers.remove(name);
  }
  return headers;
}

const changedPairs = (change, original) => new Parameters(change ? change.parameters : pairs(original));

/** A request after a change, with the body that goes on. */
export function changedRequest(request, claims, change, body) {
  const seen = {
    headers: changeHeaders(new Headers(headerPairs(request.headers)), change?.headers ?? []),
    query: changedPairs(change?.query, request.query),
    parameters: changedPairs(change?.parameters, request.parameters),
    claims: change?.claimsJson.length > 0 ? JSON.parse(change.claimsJson.toString()) : claims ?? null,
    clientAddress: request.clientAddress ?? '127.0.0.1',
    body,
  };
  for (const name of texts) seen[name] = change?.[name] || request[name] || { method: 'GET', target: '/', scheme: 'http' }[name] || '';
  return seen;
}

/** An answer after a change, with the body that goes on. */
export function changedResponse(message, change, body) {
  const isData = change?.body ? change.isData : message.isData;
  return {
    status: change?.status || message.status,
    headers: changeHeaders(new Headers(message.headers), change?.headers ?? []),
    body,
    data: isData && body !== null ? JSON.parse(body.toString()) : undefined,
    isData,
    isComplete: change?.completeness ? change.isComplete : message.isComplete,
    isFinal: message.isFinal,
    failure: change?.clearsFailure ? null : message.failure,
  };
}
