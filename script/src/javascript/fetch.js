// `fetch` with `Headers`, `Request` and `Response`, and the module `node-fetch`.
(function (core) {
  'use strict';
  const http = core.piece('http');
  const bytes = core.piece('bytes');

  class Headers {
    #fields = {};

    constructor(init = undefined) {
      this.#fields = http.fields(init);
    }

    get(name) {
      return this.#fields[String(name).toLowerCase()] ?? null;
    }

    has(name) {
      return Object.hasOwn(this.#fields, String(name).toLowerCase());
    }

    set(name, value) {
      this.#fields[String(name).toLowerCase()] = String(value);
    }

    append(name, value) {
      const before = this.get(name);
      this.set(name, before === null ? value : `${before}, ${value}`);
    }

    delete(name) {
      delete this.#fields[String(name).toLowerCase()];
    }

    getSetCookie() {
      return this.has('set-cookie') ? [this.get('set-cookie')] : [];
    }

    raw() {
      return Object.fromEntries(this.entries().map(([name, value]) => [name, [value]]));
    }

    entries() {
      return Object.entries(this.#fields).sort((a, b) => (a[0] < b[0] ? -1 : 1)).values();
    }

    keys() {
      return this.entries().map((pair) => pair[0]);
    }

    values() {
      return this.entries().map((pair) => pair[1]);
    }

    forEach(visit, self) {
      for (const [name, value] of this.entries()) visit.call(self, value, name, this);
    }

    [Symbol.iterator]() {
      return this.entries();
    }
  }

  // What request and response share: a body that is read once.
  class Body {
    #bytes;
    #text;
    bodyUsed = false;

    constructor(text, raw) {
      this.#text = text;
      this.#bytes = raw;
    }

    #read() {
      if (this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read');
      this.bodyUsed = true;
    }

    async text() {
      this.#read();
      return (this.#text === undefined ? bytes.decode(this.#bytes(), 'utf8') : this.#text()).replace(/^\ufeff/, '');
    }

    async json() {
      return JSON.parse(await this.text());
    }

    async bytes() {
      this.#read();
      return Uint8Array.from(this.#bytes === undefined ? bytes.encode(this.#text(), 'utf8') : this.#bytes());
    }

    async arrayBuffer() {
      return (await this.bytes()).buffer;
    }

    async buffer() {
      return core.require('buffer').Buffer.from(await this.bytes());
    }

    static parts(body) {
      return [body.#text, body.#bytes];
    }
  }

  function readable(value) {
    if (value === undefined || value === null) return ['', undefined];
    const written = http.written(value);
    return written ?? [String(value), undefined];
  }

  class Response extends Body {
    constructor(value = undefined, init = {}) {
      const parts = value instanceof Body ? Body.parts(value) : undefined;
      const [text, type] = parts === undefined ? readable(value) : [];
      super(...(parts ?? [() => text]));
      this.status = init.status ?? 200;
      this.statusText = init.statusText ?? '';
      this.headers = new Headers(init.headers);
      if (type !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', type);
      this.url = init.url ?? '';
      this.redirected = init.redirected ?? false;
      this.type = 'basic';
    }

    get ok() {
      return this.status >= 200 && this.status < 300;
    }

    clone() {
      return new Response(this, this);
    }

    static json(value, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has('content-type')) headers.set('content-type', 'application/json');
      return new Response(JSON.stringify(value), { ...init, headers });
    }
  }

  class Request extends Body {
    constructor(input, init = {}) {
      const before = input instanceof Request ? input : {};
      const [text, type] = init.body === undefined ? [before.written, undefined] : readable(init.body);
      super(() => text ?? '');
      this.written = text;
      this.url = input instanceof Request ? input.url : String(input);
      this.method = String(init.method ?? before.method ?? 'GET').toUpperCase();
      this.headers = new Headers(init.headers ?? before.headers);
      if (type !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', type);
      else if (typeof init.body === 'string' && !this.headers.has('content-type')) {
        this.headers.set('content-type', 'text/plain;charset=UTF-8');
      }
      this.redirect = init.redirect ?? before.redirect ?? 'follow';
      this.signal = init.signal ?? before.signal ?? null;
      this.timeout = init.timeout ?? before.timeout;
    }
  }

  async function fetch(input, init = undefined) {
    const request = new Request(input, init ?? {});
    const read = core.native.url(request.url.toWellFormed(), '');
    if (read === '') throw new TypeError(`Failed to parse URL from ${request.url}`);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads && request.written) throw new TypeError('Request with GET/HEAD method cannot have body.');
    request.signal?.throwIfAborted();
    const headers = Object.fromEntries(request.headers.entries());
    headers.accept ??= '*/*';
    const call = { method: request.method, url: JSON.parse(read).href, headers, body: request.written, timeout: request.timeout };
    return new Promise((resolve, reject) => {
      request.signal?.addEventListener('abort', () => reject(request.signal.reason));
      http.send(call, { follow: request.redirect === 'follow' ? 'all' : 'none' }, (error, reply) => {
        if (error) {
          reject(Object.assign(new TypeError(`fetch failed: ${error.message}`, { cause: error }), { code: error.code }));
        } else if (request.redirect === 'error' && reply.status >= 300 && reply.status < 400 && reply.headers.location) {
          reject(new TypeError('fetch failed: unexpected redirect'));
        } else {
          const body = new Body(() => http.text(reply, true), () => http.body(reply, true));
          resolve(new Response(body, { status: reply.status, statusText: reply.reason, ...reply }));
        }
      });
    });
  }

  class FetchError extends Error {}
  const module = Object.assign((...args) => fetch(...args), { default: fetch, fetch, Headers, Request, Response, FetchError });
  return { fetch, Headers, Request, Response, module };
});
