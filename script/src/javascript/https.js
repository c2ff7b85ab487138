// The modules `https` and `http`: `get`, `request`, and answers that arrive as events.
(function (core) {
  'use strict';
  const http = core.piece('http');
  const { Readable, Writable } = core.piece('stream');

  class IncomingMessage extends Readable {}

  // `request(url)`, `request(options)`, `request(url, options)`, each with or without a function at the end.
  function read(args, scheme) {
    const list = [...args];
    const callback = typeof list.at(-1) === 'function' ? list.pop() : undefined;
    const [first, second] = list;
    const fromUrl = typeof first === 'string' || first instanceof (core.peek('url')?.URL ?? WeakSet);
    const options = fromUrl ? { ...second } : { ...first };
    if (fromUrl) return [String(first), options, callback];
    const protocol = options.protocol ?? scheme;
    const host = options.hostname ?? (options.host ?? 'localhost').replace(/:\d+$/, '');
    const port = options.port ?? /:(\d+)$/.exec(options.host ?? '')?.[1];
    const usual = protocol === 'https:' ? '443' : '80';
    const end = port === undefined || port === null || String(port) === usual ? '' : `:${port}`;
    return [`${protocol}//${host}${end}${options.path ?? '/'}`, options, callback];
  }

  class ClientRequest extends Writable {
    #body = [];
    #call;
    #stopped = false;

    constructor(address, options, callback) {
      super();
      this.#call = { method: options.method ?? 'GET', url: address, headers: http.fields(options.headers), timeout: options.timeout };
      if (options.auth) {
        const [user, ...password] = options.auth.split(':');
        this.#call.headers.authorization ??= http.basic(user, password.join(':'));
      }
      this.method = this.#call.method;
      if (callback !== undefined) this.once('response', callback);
      core.own ??= new WeakSet();
      core.own.add(this);
    }

    setHeader(name, value) {
      Object.assign(this.#call.headers, http.fields({ [name]: value }));
      return this;
    }

    getHeader(name) {
      return this.#call.headers[String(name).toLowerCase()];
    }

    setTimeout(millis, listener) {
      this.#call.timeout = millis;
      if (listener !== undefined) this.once('timeout', listener);
      return this;
    }

    setNoDelay() {}

    setSocketKeepAlive() {}

    flushHeaders() {}

    abort() {
      this.#stopped = true;
    }

    destroy(error) {
      if (this.#stopped) return this;
      this.#stopped = true;
      if (error) core.later(() => this.#failed(error));
      return this;
    }

    take(chunk, encoding, done) {
      this.#body.push(chunk);
      done();
    }

    #failed(error) {
      if (this.listenerCount('error') > 0) this.emit('error', error);
      else core.fail(error);
    }

    close(done) {
      const body = this.#body.length > 0 ? core.require('buffer').Buffer.concat(this.#body).toString() : undefined;
      const { host, ...headers } = this.#call.headers;
      delete headers['content-length'];
      delete headers['transfer-encoding'];
      http.send({ ...this.#call, headers, body }, { follow: 'none' }, (error, reply) => {
        if (this.#stopped) return;
        if (error) {
          if (error.code === 'ETIMEDOUT' && this.listenerCount('timeout') > 0) {
            this.emit('timeout');
            if (this.#stopped) return;
          }
          this.#failed(error);
          return;
        }
        const message = Object.assign(new IncomingMessage(), {
          statusCode: reply.status,
          statusMessage: reply.reason,
          headers: reply.headers,
          rawHeaders: Object.entries(reply.headers).flat(),
          httpVersion: '1.1',
          complete: true,
          req: this,
        });
        const raw = http.body(reply, false);
        if (raw.length > 0) message.push(raw);
        message.push(null);
        this.emit('response', message);
      });
      done();
    }
  }

  class Agent {}

  function module(scheme) {
    const request = (...args) => new ClientRequest(...read(args, scheme));
    return {
      request,
      get: (...args) => request(...args).end(),
      Agent,
      globalAgent: new Agent(),
      IncomingMessage,
      ClientRequest,
      METHODS: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
      STATUS_CODES: {},
    };
  }

  return { module };
});
