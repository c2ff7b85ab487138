// `request-promise`: the same calls, answered by a promise of the body. A status that is no success is an error.
(function (core) {
  'use strict';
  const request = core.piece('request');

  class StatusCodeError extends Error {
    constructor(response, options) {
      const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
      super(`${response.statusCode} - ${body}`);
      Object.assign(this, { name: 'StatusCodeError', statusCode: response.statusCode, error: response.body, options, response });
    }
  }

  class RequestError extends Error {
    constructor(cause, options) {
      super(cause.message);
      Object.assign(this, { name: 'RequestError', cause, error: cause, options });
    }
  }

  function send(call, args) {
    const options = request.initParams(...args);
    return new Promise((resolve, reject) => {
      call({
        ...options,
        callback: (error, response, body) => {
          if (error) reject(new RequestError(error, options));
          else if (options.simple !== false && !(response.statusCode >= 200 && response.statusCode < 300)) {
            reject(new StatusCodeError(response, options));
          } else if (typeof options.transform === 'function') resolve(options.transform(body, response, options.resolveWithFullResponse));
          else resolve(options.resolveWithFullResponse ? response : body);
        },
      });
    });
  }

  const promised = (...args) => send(request, args);
  for (const method of ['get', 'head', 'options', 'post', 'put', 'patch', 'delete', 'del']) {
    promised[method] = (...args) => send(request[method], args);
  }
  promised.defaults = (preset) => (...args) => send(request.defaults(preset), args);
  return Object.assign(promised, { jar: request.jar, errors: { StatusCodeError, RequestError } });
});
