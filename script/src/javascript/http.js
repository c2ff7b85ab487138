// The one way out: a call of HTTP through the server, which guards where it may go. Redirects are followed here, each one
// a call of its own, and compressed bodies are unpacked where the caller asked for that.
(function (core) {
  'use strict';
  const bytes = core.piece('bytes');
  const REDIRECTS = 5;

  // Header fields by names in lower case, values as text. A list becomes one field.
  function fields(...sources) {
    const result = {};
    for (const source of sources) {
      if (source === undefined || source === null) continue;
      const pairs = Array.isArray(source) ? source : typeof source.entries === 'function' ? source.entries() : Object.entries(source);
      for (const [name, value] of pairs) {
        if (value !== undefined && value !== null) {
          result[String(name).toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
        }
      }
    }
    return result;
  }

  function basic(user, password) {
    const text = `${user ?? ''}:${password ?? ''}`;
    return `Basic ${bytes.decode(bytes.encode(text, 'utf8'), 'base64')}`;
  }

  // Name and password of an address, which go into a header field.
  function split(address) {
    const found = /^(https?:\/\/)([^/?#@]*)@(.*)$/is.exec(address);
    if (found === null) return [address, undefined];
    const [user, ...password] = found[2].split(':').map(decodeURIComponent);
    return [found[1] + found[3], basic(user, password.join(':'))];
  }

  function sameSite(one, other) {
    const origin = /^https?:\/\/[^/?#]*/i;
    return origin.exec(one)?.[0].toLowerCase() === origin.exec(other)?.[0].toLowerCase();
  }

  // The call that a redirect leads to, or undefined. `follow` is 'get' (only calls that read), 'all' (as a browser does) or
  // 'none'.
  function redirected(call, reply, follow) {
    const to = reply.headers.location;
    if (follow === 'none' || to === undefined || ![301, 302, 303, 307, 308].includes(reply.status)) return undefined;
    const reads = call.method === 'GET' || call.method === 'HEAD';
    if (!reads && follow !== 'all') return undefined;
    const read = core.native.url(to.toWellFormed(), call.url);
    if (read === '') return undefined;
    const next = { ...call, url: JSON.parse(read).href, headers: { ...call.headers } };
    if (!reads && reply.status < 307 && (reply.status === 303 || call.method === 'POST')) {
      next.method = 'GET';
      delete next.body;
      for (const name of ['content-type', 'content-length']) delete next.headers[name];
    }
    if (!sameSite(call.url, next.url)) {
      for (const name of ['authorization', 'cookie', 'proxy-authorization']) delete next.headers[name];
    }
    delete next.headers.host;
    return next;
  }

  // The body of a reply as bytes, unpacked when `unpack` is set.
  function body(reply, unpack) {
    const raw = reply.base64 === undefined ? bytes.encode(reply.text, 'utf8') : bytes.encode(reply.base64, 'base64');
    const packed = unpack ? /^\s*(?:x-)?(gzip|deflate)\s*$/i.exec(reply.headers['content-encoding'] ?? '') : null;
    return packed === null || raw.length === 0 ? raw : core.native.unpack(bytes.binary(raw), packed[1].toLowerCase());
  }

  function text(reply, unpack, encoding = 'utf8') {
    const plain = reply.base64 === undefined && bytes.encoding(encoding) === 'utf8';
    if (plain && !(unpack && reply.headers['content-encoding'] !== undefined)) return reply.text;
    return bytes.decode(body(reply, unpack), encoding);
  }

  // Sends `{ method, url, headers, body, timeout }`; `done(error, reply)`. A reply has `status`, `reason`, `headers`, `url`,
  // and `redirected`.
  function send(call, { follow = 'get', most = REDIRECTS } = {}, done) {
    const [url, auth] = split(call.url);
    const headers = { ...call.headers };
    if (auth !== undefined) headers.authorization ??= auth;
    const step = (current, left) => {
      core.send(
        { method: current.method, url: current.url, headers: current.headers, body: current.body, timeout_millis: current.timeout },
        (error, reply) => {
          if (error) {
            done(error);
            return;
          }
          reply.url = current.url;
          reply.redirected = left < most;
          const next = redirected(current, reply, follow);
          if (next === undefined) done(null, reply);
          else if (left > 0) step(next, left - 1);
          else done(new Error(`Exceeded maxRedirects. Probably stuck in a redirect loop ${next.url}`));
        },
      );
    };
    const time = Number(call.timeout);
    const timeout = time > 0 && Number.isFinite(time) ? Math.ceil(time) : undefined;
    step({ ...call, method: String(call.method).toUpperCase(), url, headers, timeout }, most);
  }

  // A body of a script as text, with the content type that goes with it.
  function written(value) {
    if (typeof value === 'string') return [value, undefined];
    if (value instanceof (core.peek('url')?.URLSearchParams ?? WeakSet)) {
      return [String(value), 'application/x-www-form-urlencoded;charset=UTF-8'];
    }
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return [bytes.decode(bytes.view(value), 'utf8'), undefined];
    return undefined;
  }

  return { fields, basic, send, body, text, written };
});
