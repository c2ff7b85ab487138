// `URL`, `URLSearchParams` and the module `url`. Addresses are read by the worker, as the URL standard says.
(function (core) {
  'use strict';
  const { native } = core;
  const update = Symbol('update');

  function form(text) {
    return encodeURIComponent(String(text).toWellFormed())
      .replaceAll('%20', '+')
      .replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  }

  class URLSearchParams {
    #pairs = [];
    #changed = () => {};

    constructor(init = '', changed = undefined) {
      if (typeof changed === 'function') this.#changed = changed;
      this[update](init);
    }

    [update](init) {
      if (typeof init === 'object' && init !== null) {
        const pairs = typeof init[Symbol.iterator] === 'function' ? [...init] : Object.entries(init);
        this.#pairs = pairs.map(([name, value]) => [String(name), String(value)]);
        return;
      }
      const text = String(init).replace(/^\?/, '');
      const bytes = (part) => native.unescape(part.replaceAll('+', ' ').toWellFormed());
      this.#pairs = text.split('&').filter((part) => part !== '').map((part) => {
        const at = part.indexOf('=');
        return at < 0 ? [bytes(part), ''] : [bytes(part.slice(0, at)), bytes(part.slice(at + 1))];
      });
    }

    get size() {
      return this.#pairs.length;
    }

    append(name, value) {
      this.#pairs.push([String(name), String(value)]);
      this.#changed();
    }

    set(name, value) {
      const first = this.#pairs.find((pair) => pair[0] === String(name));
      if (first === undefined) {
        this.append(name, value);
        return;
      }
      first[1] = String(value);
      this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== String(name));
      this.#changed();
    }

    delete(name, value) {
      this.#pairs = this.#pairs.filter(
        (pair) => pair[0] !== String(name) || (value !== undefined && pair[1] !== String(value)),
      );
      this.#changed();
    }

    get(name) {
      return this.#pairs.find((pair) => pair[0] === String(name))?.[1] ?? null;
    }

    getAll(name) {
      return this.#pairs.filter((pair) => pair[0] === String(name)).map((pair) => pair[1]);
    }

    has(name, value) {
      return this.#pairs.some((pair) => pair[0] === String(name) && (value === undefined || pair[1] === String(value)));
    }

    sort() {
      this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : Number(a[0] > b[0])));
      this.#changed();
    }

    forEach(visit, self) {
      for (const [name, value] of this.#pairs) visit.call(self, value, name, this);
    }

    *entries() {
      for (const [name, value] of this.#pairs) yield [name, value];
    }

    *keys() {
      for (const [name] of this.#pairs) yield name;
    }

    *values() {
      for (const [, value] of this.#pairs) yield value;
    }

    [Symbol.iterator]() {
      return this.entries();
    }

    toString() {
      return this.#pairs.map(([name, value]) => `${form(name)}=${form(value)}`).join('&');
    }
  }

  class URL {
    #parts;
    #search;

    constructor(text, base = undefined) {
      const read = native.url(String(text).toWellFormed(), base === undefined ? '' : String(base).toWellFormed());
      if (read === '') {
        throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(text) });
      }
      this.#parts = JSON.parse(read);
    }

    static canParse(text, base = '') {
      return native.url(String(text).toWellFormed(), String(base).toWellFormed()) !== '';
    }

    static part(url, name, value) {
      if (value === undefined) return url.#parts[name];
      url.#parts = JSON.parse(native.url_with(url.#parts.href, name, String(value).toWellFormed()) || JSON.stringify(url.#parts));
      if (name !== 'query') url.#search?.[update](url.#parts.search);
      return value;
    }

    get origin() {
      return this.#parts.origin;
    }

    get searchParams() {
      this.#search ??= new URLSearchParams(this.#parts.search, () => part(this, 'query', String(this.#search)));
      return this.#search;
    }

    toString() {
      return this.#parts.href;
    }

    toJSON() {
      return this.#parts.href;
    }
  }
  const { part } = URL;
  delete URL.part;
  for (const name of ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']) {
    Object.defineProperty(URL.prototype, name, {
      get() {
        return part(this, name);
      },
      set(value) {
        part(this, name, value);
      },
      enumerable: true,
      configurable: true,
    });
  }

  // --- The older functions of the module.

  const FORM = /^([A-Za-z][A-Za-z0-9+.-]*:)?(\/\/)?(?:([^/?#@]*)@)?([^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?$/s;

  function parse(text, query = false, slashes = false) {
    const [, protocol = null, marks, auth, authority = '', path, search, hash = null] = FORM.exec(String(text).trim());
    const hasHost = marks !== undefined && (protocol !== null || slashes);
    const host = hasHost ? authority.toLowerCase() : null;
    const pathname = (hasHost ? '' : (marks ?? '') + (auth === undefined ? '' : `${auth}@`) + authority) + path || (hasHost ? '/' : null);
    const [, hostname, port] = host === null ? [null, null, null] : /^(.*?)(?::(\d*))?$/.exec(host);
    const plain = search === undefined ? null : search;
    const parts = {
      protocol: protocol?.toLowerCase() ?? null,
      slashes: hasHost || null,
      auth: hasHost && auth !== undefined ? decodeURIComponent(auth) : null,
      host,
      port: port ?? null,
      hostname: hostname === null ? null : hostname.replace(/^\[|\]$/g, ''),
      hash,
      search: plain ?? (query ? '' : null),
      query: query ? core.piece('querystring').parse(plain?.slice(1) ?? '') : (plain?.slice(1) ?? null),
      pathname,
      path: pathname === null && plain === null ? null : (pathname ?? '') + (plain ?? ''),
    };
    parts.href = format(parts);
    return parts;
  }

  function format(parts) {
    if (typeof parts === 'string') return format(parse(parts));
    if (parts instanceof URL) return parts.href;
    const protocol = parts.protocol ? parts.protocol.replace(/:?$/, ':') : '';
    const auth = parts.auth ? `${encodeURIComponent(parts.auth).replace('%3A', ':')}@` : '';
    const host = parts.host ?? (parts.hostname ? parts.hostname + (parts.port ? `:${parts.port}` : '') : '');
    const slashes = host !== '' && (parts.slashes || /^(https?|ftp|file):$/.test(protocol) || protocol === '') ? '//' : '';
    const query = typeof parts.query === 'object' && parts.query !== null ? core.piece('querystring').stringify(parts.query) : '';
    const search = parts.search || (query ? `?${query}` : '');
    const pathname = parts.pathname ?? '';
    const path = host !== '' && pathname !== '' && pathname[0] !== '/' ? `/${pathname}` : pathname;
    return protocol + slashes + auth + host + path + search.replace(/^([^?])/, '?$1') + (parts.hash ?? '').replace(/^([^#])/, '#$1');
  }

  const module = {
    URL,
    URLSearchParams,
    parse,
    format,
    resolve: (from, to) => new URL(to, new URL(from, 'resolve://')).href.replace(/^resolve:\/\/?/, ''),
    fileURLToPath() {
      throw new Error('there are no files here');
    },
  };
  return { URL, URLSearchParams, module };
});
