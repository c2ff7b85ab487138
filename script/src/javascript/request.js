// `request`: the library that most scripts of this kind are written with, and the global of that name.
(function (core) {
  'use strict';
  const http = core.piece('http');
  core.own ??= new WeakSet();
  const isUrl = (value) => value instanceof (core.peek('url')?.URL ?? WeakSet);

  // `request(url)`, `request(url, options)`, `request(options)`, each with or without a function at the end.
  function options(args, preset) {
    const list = [...args];
    const at = list.findIndex((one) => typeof one === 'function');
    const callback = at < 0 ? undefined : list[at];
    const [first, second] = list.filter((one) => typeof one !== 'function' && one !== undefined && one !== null);
    const named = typeof first === 'string' || isUrl(first) ? { uri: String(first), ...second } : { ...first, ...second };
    const merged = { ...preset, ...named };
    if (preset?.headers && named.headers) merged.headers = { ...preset.headers, ...named.headers };
    if (preset?.qs && named.qs) merged.qs = { ...preset.qs, ...named.qs };
    return { ...merged, callback: callback ?? merged.callback };
  }

  const UNSUPPORTED = ['formData', 'multipart', 'oauth', 'aws', 'hawk', 'har', 'httpSignature'];

  // Options as a call of HTTP. What is wrong with them is thrown, and handed to the callback.
  function prepare(given) {
    for (const name of UNSUPPORTED) {
      if (given[name]) throw new Error(`request: the option '${name}' is not available here`);
    }
    let address = given.uri ?? given.url;
    if (address === undefined || address === null) throw new Error('options.uri is a required argument');
    if (typeof address === 'object' && !isUrl(address)) address = core.piece('url').module.format(address);
    address = String(address);
    if (given.baseUrl) address = `${String(given.baseUrl).replace(/\/$/, '')}/${address.replace(/^\//, '')}`;
    if (!/^https?:\/\/[^/]/i.test(address)) throw new Error(`Invalid URI "${address}"`);
    const [plain, hash] = address.split('#');
    let url = plain;
    if (given.qs && Object.keys(given.qs).length > 0) {
      const querystring = core.piece('querystring');
      const [before, query] = plain.split(/\?(.*)/s);
      const merged = { ...querystring.parse(query ?? ''), ...given.qs };
      url = `${before}?${given.useQuerystring ? querystring.stringify(merged) : querystring.nested(merged)}`;
    }
    const headers = http.fields(given.headers);
    const call = { method: given.method ?? 'GET', url: hash === undefined ? url : `${url}#${hash}`, headers, timeout: given.timeout };
    authorize(given.auth, headers);
    if (given.json !== undefined && given.json !== false && given.json !== null) headers.accept ??= 'application/json';
    if (given.gzip) headers['accept-encoding'] ??= 'gzip, deflate';
    const body = bodyOf(given, headers);
    if (body !== undefined) call.body = body;
    return call;
  }

  function authorize(auth, headers) {
    if (!auth) return;
    if (auth.bearer !== undefined) {
      headers.authorization ??= `Bearer ${typeof auth.bearer === 'function' ? auth.bearer() : auth.bearer}`;
    } else {
      headers.authorization ??= http.basic(auth.user ?? auth.username, auth.pass ?? auth.password);
    }
  }

  function bodyOf(given, headers) {
    if (given.form !== undefined && given.form !== null) {
      if (!/^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '')) {
        headers['content-type'] = 'application/x-www-form-urlencoded';
      }
      return core.piece('querystring').nested(given.form);
    }
    const asJson = given.json !== undefined && given.json !== null && given.json !== false;
    if (asJson && (typeof given.json !== 'boolean' || given.body !== undefined)) {
      headers['content-type'] ??= 'application/json';
      const value = typeof given.json === 'boolean' ? given.body : given.json;
      const already = typeof value === 'string' && !/^application\/x-www-form-urlencoded\b/.test(headers['content-type']);
      return already || typeof value !== 'string' ? JSON.stringify(value) : value;
    }
    if (given.body === undefined || given.body === null) return undefined;
    const parts = Array.isArray(given.body) ? given.body : [given.body];
    const texts = parts.map((part) => {
      const written = http.written(part);
      if (written === undefined) throw new Error('Argument error, options.body.');
      return written[0];
    });
    return texts.join('');
  }

  function incoming(reply, given, call) {
    const response = new (core.piece('events'))();
    return Object.assign(response, {
      statusCode: reply.status,
      statusMessage: reply.reason,
      headers: reply.headers,
      rawHeaders: Object.entries(reply.headers).flat(),
      httpVersion: '1.1',
      request: {
        method: call.method,
        headers: call.headers,
        href: reply.url,
        get uri() {
          return core.piece('url').module.parse(reply.url);
        },
      },
      toJSON() {
        return { statusCode: this.statusCode, body: this.body, headers: this.headers };
      },
    });
  }

  function bodyFor(reply, given) {
    if (given.encoding === null) return core.require('buffer').Buffer.from(http.body(reply, given.gzip));
    const text = http.text(reply, given.gzip, given.encoding ?? 'utf8').replace(/^\ufeff/, '');
    if (given.json === undefined || given.json === null || given.json === false) return text;
    try {
      return JSON.parse(text, given.jsonReviver);
    } catch {
      return text;
    }
  }

  // What a call returns at once: something to listen to, or to add a form to, before it is sent.
  function start(given) {
    const events = new (core.piece('events'))();
    let stopped = false;
    const settled = (error, response, body) => {
      if (stopped) return;
      stopped = true;
      if (error) {
        if (given.callback) given.callback(error);
        else if (events.listenerCount('error') > 0) events.emit('error', error);
        else core.fail(error);
        return;
      }
      if (given.callback) given.callback(null, response, body);
      events.emit('complete', response, body);
    };
    const chosen = (name) => (value) => {
      given[name] = value;
      return events;
    };
    Object.assign(events, {
      form: chosen('form'),
      json: chosen('json'),
      qs: chosen('qs'),
      auth: (user, pass, immediately, bearer) => chosen('auth')(bearer === undefined ? { user, pass } : { bearer }),
      setHeader(name, value) {
        given.headers = { ...given.headers, [name]: value };
        return events;
      },
      abort() {
        stopped = true;
      },
      pipe(target) {
        events.on('data', (chunk) => target.write(chunk));
        events.on('end', () => target.end());
        return target;
      },
    });
    events.destroy = events.abort;
    core.own.add(events);
    core.later(() => {
      if (stopped) return;
      let call;
      try {
        call = prepare(given);
      } catch (error) {
        settled(error);
        return;
      }
      const all = given.followAllRedirects ? 'all' : 'get';
      const follow = given.followRedirect === false ? 'none' : all;
      const most = Math.min(given.maxRedirects ?? 5, 5);
      http.send(call, { follow, most }, (error, reply) => {
        if (stopped) return;
        if (error) {
          settled(error);
          return;
        }
        const response = incoming(reply, given, call);
        try {
          response.body = bodyFor(reply, given);
        } catch (fault) {
          settled(fault);
          return;
        }
        events.response = response;
        events.emit('response', response);
        const heard = [response, events].some((one) => one.listenerCount('data') > 0);
        const chunk = heard ? core.require('buffer').Buffer.from(http.body(reply, given.gzip)) : '';
        for (const one of [response, events]) {
          if (chunk.length > 0) one.emit('data', chunk);
          one.emit('end');
        }
        settled(null, response, response.body);
      });
    });
    return events;
  }

  function make(preset) {
    const request = (...args) => start(options(args, preset));
    for (const method of ['get', 'head', 'options', 'post', 'put', 'patch', 'delete', 'del']) {
      const name = method === 'del' ? 'DELETE' : method.toUpperCase();
      request[method] = (...args) => start({ ...options(args, preset), method: name });
    }
    request.defaults = (more) => make(options([more], preset));
    request.jar = () => ({ setCookie() {}, getCookieString: () => '', getCookies: () => [] });
    request.cookie = (text) => text;
    request.debug = false;
    request.initParams = (...args) => options(args, preset);
    return request;
  }

  return make({});
});
