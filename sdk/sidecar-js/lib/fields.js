import { HeaderOperation } from './contract.js';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Line ends would begin another header, and other control characters are refused by every HTTP library further on.
const forbidden = /[\0-\x08\x0a-\x1f\x7f]/;

/** Pairs of names and texts from an object (whose values may be lists), a Map, or anything that gives pairs. */
export function pairs(source) {
  if (source === undefined || source === null) return [];
  const entries = typeof source[Symbol.iterator] === 'function' ? [...source] : Object.entries(source);
  return entries.flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map(one => ({ name: String(name), value: String(one) })));
}

/** Pairs of header names and values. Throws a TypeError on what is no header. */
export function headerPairs(source) {
  const list = pairs(source);
  for (const { name, value } of list) checkHeader(name, value);
  return list;
}

/** Whether a text is a token (RFC 9110, 5.6.2). */
export const isToken = text => token.test(text);

function checkHeader(name, value) {
  if (!token.test(name)) throw new TypeError(`${JSON.stringify(name)} is no header name: letters, digits and !#$%&'*+-.^_\`|~ are`);
  if (forbidden.test(value)) throw new TypeError(`the value of the header ${name} has a control character`);
}

/** Names and values in order; names may repeat. Remembers what was changed. */
class Fields {
  #same;

  constructor(list, same) {
    this._list = list;
    this.#same = same;
  }

  /** The first value under the name, or null. */
  get(name) {
    return this._list.find(entry => this.#same(entry.name, name))?.value ?? null;
  }

  /** All values under the name. */
  getAll(name) {
    return this._list.filter(entry => this.#same(entry.name, name)).map(entry => entry.value);
  }

  has(name) {
    return this._list.some(entry => this.#same(entry.name, name));
  }

  *[Symbol.iterator]() {
    for (const { name, value } of this._list) yield [name, value];
  }

  _without(name) {
    return this._list.filter(entry => !this.#same(entry.name, name));
  }
}

const sameHeader = (a, b) => a.length === b.length && (a === b || a.toLowerCase() === b.toLowerCase());
const sameText = (a, b) => a === b;

/** Headers. Only what is changed is sent back. */
export class Headers extends Fields {
  #changes;
  #check;

  /** @param {() => void} [check] Throws where nothing may be changed. */
  constructor(list = [], changes = [], check = () => {}) {
    super(list, sameHeader);
    this.#changes = changes;
    this.#check = check;
  }

  /** One value in place of all. */
  set(name, value) {
    this.#change(name, HeaderOperation.HEADER_OPERATION_SET, String(value));
  }

  /** One value more. */
  add(name, value) {
    this.#change(name, HeaderOperation.HEADER_OPERATION_ADD, String(value));
  }

  remove(name) {
    this.#change(name, HeaderOperation.HEADER_OPERATION_REMOVE, '');
  }

  #change(name, operation, value) {
    checkHeader(name, value);
    this.#check();
    if (operation !== HeaderOperation.HEADER_OPERATION_ADD) {
      // What came before it under the name has no effect any more.
      this._list = this._without(name);
      this.#changes = this.#changes.filter(change => !sameHeader(change.name, name));
    }
    if (operation !== HeaderOperation.HEADER_OPERATION_REMOVE) this._list = [...this._list, { name, value }];
    this.#changes = [...this.#changes, { name, operation, value }];
  }

  /** What was changed, for the message. */
  get _changes() {
    return this.#changes;
  }

  /** Likewise, beside a body that was read and goes on as it came: it is still encoded, which a new one is taken not to be. */
  get _changesWithEncoding() {
    const value = this.get('Content-Encoding');
    if (value === null || this.#changes.some(change => sameHeader(change.name, 'Content-Encoding'))) return this.#changes;
    return [...this.#changes, { name: 'Content-Encoding', operation: HeaderOperation.HEADER_OPERATION_SET, value }];
  }

  _clone() {
    return new Headers(this._list, this.#changes, this.#check);
  }
}

/** Parameters of the query or of the path. A change sends all of them. */
export class Parameters extends Fields {
  #isChanged;

  constructor(list = [], isChanged = false) {
    super(list, sameText);
    this.#isChanged = isChanged;
  }

  /** One value in place of all. */
  set(name, value) {
    this._list = [...this._without(name), { name, value: String(value) }];
    this.#isChanged = true;
  }

  /** One value more. */
  add(name, value) {
    this._list = [...this._list, { name, value: String(value) }];
    this.#isChanged = true;
  }

  remove(name) {
    this._list = this._without(name);
    this.#isChanged = true;
  }

  /** The list for the message, or null when nothing was changed. */
  get _changed() {
    return this.#isChanged ? { parameters: this._list } : null;
  }

  _clone() {
    return new Parameters(this._list, this.#isChanged);
  }
}
