// `axios`: promises, data that is read and written as JSON, and an error for a status that is no success.
(function (core) {
  'use strict';
  const http = core.piece('http');
  const isParameters = (value) => value instanceof (core.peek('url')?.URLSearchParams ?? WeakSet);

  class AxiosError extends Error {
    constructor(message, code, config, request, response) {
      super(message);
      Object.assign(this, { name: 'AxiosError', code, config, request, response, status: response?.status, isAxiosError: true });
    }

    toJSON() {
      return { message: this.message, name: this.name, code: this.code, status: this.status ?? null };
    }
  }

  function merge(...configs) {
    const merged = Object.assign({}, ...configs);
    merged.headers = Object.assign({}, ...configs.map((config) => http.fields(config?.headers)));
    merged.params = configs.map((config) => config?.params).filter(Boolean).reduce((a, b) => (isParameters(a) ? b : { ...a, ...b }), {});
    const given = configs.findLast((config) => isParameters(config?.params));
    if (given !== undefined) merged.params = given.params;
    return merged;
  }

  function query(params, serialize) {
    if (params === undefined || params === null) return '';
    if (isParameters(params)) return String(params);
    const custom = typeof serialize === 'function' ? serialize : serialize?.serialize;
    if (typeof custom === 'function') return custom(params);
    const pairs = Object.entries(params).flatMap(([name, value]) => {
      if (value === undefined || value === null) return [];
      if (Array.isArray(value)) return value.map((one) => [`${name}[]`, one]);
      return [[name, value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : value]];
    });
    return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  }

  function prepare(config) {
    let url = String(config.url ?? '');
    if (config.baseURL && !/^([a-z][a-z\d+.-]*:)?\/\//i.test(url)) {
      url = url === '' ? config.baseURL : `${config.baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
    }
    const parameters = query(config.params, config.paramsSerializer);
    if (parameters !== '') url = url.replace(/#.*$/, '').replace(/$/, (url.includes('?') ? '&' : '?') + parameters);
    const headers = { accept: 'application/json, text/plain, */*', ...config.headers };
    if (config.auth) headers.authorization = http.basic(config.auth.username, config.auth.password);
    const call = { method: String(config.method ?? 'get').toUpperCase(), url, headers, timeout: config.timeout };
    if (config.data !== undefined && config.data !== null && !['GET', 'HEAD'].includes(call.method)) {
      const written = http.written(config.data);
      const asForm = /^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '');
      if (written !== undefined) {
        headers['content-type'] ??= written[1] ?? 'application/x-www-form-urlencoded';
        call.body = written[0];
      } else if (asForm) {
        call.body = query(config.data);
      } else {
        headers['content-type'] ??= 'application/json';
        call.body = JSON.stringify(config.data);
      }
    }
    return call;
  }

  function dataOf(reply, type) {
    if (type === 'arraybuffer') return core.require('buffer').Buffer.from(http.body(reply, true));
    const text = http.text(reply, true).replace(/^\ufeff/, '');
    if (type === 'text' || text === '') return text;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  async function dispatch(config) {
    const call = prepare(config);
    const most = Math.min(config.maxRedirects ?? 5, 5);
    const response = await new Promise((resolve, reject) => {
      config.signal?.addEventListener('abort', () => reject(new AxiosError('canceled', 'ERR_CANCELED', config, call)));
      http.send(call, { follow: most === 0 ? 'none' : 'all', most }, (error, reply) => {
        if (error) {
          const late = error.code === 'ETIMEDOUT';
          const message = late && config.timeout ? `timeout of ${config.timeout}ms exceeded` : error.message;
          reject(new AxiosError(message, late ? 'ECONNABORTED' : error.code, config, call));
          return;
        }
        const { Headers } = core.piece('fetch');
        const headers = Object.defineProperties({ ...reply.headers }, Object.getOwnPropertyDescriptors({
          get: (name) => new Headers(reply.headers).get(name),
          has: (name) => new Headers(reply.headers).has(name),
        }));
        for (const name of ['get', 'has']) Object.defineProperty(headers, name, { enumerable: false });
        let data;
        try {
          data = dataOf(reply, config.responseType);
        } catch (fault) {
          reject(fault);
          return;
        }
        resolve({ data, status: reply.status, statusText: reply.reason, headers, config, request: call });
      });
    });
    for (const transform of [config.transformResponse ?? []].flat()) response.data = transform(response.data, response.headers);
    const valid = config.validateStatus === undefined ? (status) => status >= 200 && status < 300 : config.validateStatus;
    if (valid === null || valid(response.status)) return response;
    const code = response.status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST';
    throw new AxiosError(`Request failed with status code ${response.status}`, code, config, call, response);
  }

  function make(defaults) {
    const chains = { request: [], response: [] };
    const chain = (list) => ({
      use: (done, failed) => list.push([done, failed]) - 1,
      eject: (at) => void (list[at] = [undefined, undefined]),
    });
    const run = (config) => {
      let promise = Promise.resolve(config);
      for (const [done, failed] of chains.request.toReversed()) promise = promise.then(done, failed);
      promise = promise.then(dispatch);
      for (const [done, failed] of chains.response) promise = promise.then(done, failed);
      return promise;
    };
    const instance = (first, second) =>
      run(typeof first === 'string' ? merge(instance.defaults, second, { url: first }) : merge(instance.defaults, first));
    instance.defaults = { ...defaults, headers: { common: {}, ...defaults.headers } };
    delete instance.defaults.headers.common;
    instance.defaults.headers.common = instance.defaults.headers;
    Object.defineProperty(instance.defaults.headers, 'common', { enumerable: false });
    for (const method of ['get', 'delete', 'head', 'options']) {
      instance[method] = (url, config) => run(merge(instance.defaults, config, { method, url }));
    }
    for (const method of ['post', 'put', 'patch']) {
      instance[method] = (url, data, config) => run(merge(instance.defaults, config, { method, url, data }));
    }
    instance.request = instance;
    instance.getUri = (config) => prepare(merge(instance.defaults, config)).url;
    instance.interceptors = { request: chain(chains.request), response: chain(chains.response) };
    instance.create = (config = {}) => make(merge(defaults, config));
    return instance;
  }

  const axios = make({});
  const isAxiosError = (value) => value instanceof AxiosError;
  return Object.assign(axios, {
    default: axios,
    axios,
    AxiosError,
    isAxiosError,
    all: (list) => Promise.all(list),
    spread: (run) => (list) => run(...list),
  });
});
