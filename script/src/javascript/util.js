// `util`: promises out of functions with callbacks and back, descriptions of values, and copies.
(function (core) {
  'use strict';

  function promisify(run) {
    if (typeof run !== 'function') throw new TypeError('The "original" argument must be of type function');
    return function promised(...args) {
      return new Promise((resolve, reject) => {
        run.call(this, ...args, (error, ...values) => {
          if (error) reject(error);
          // The callback of `request` has the answer before the body; the answer holds the body too.
          else resolve(values[0]);
        });
      });
    };
  }

  function callbackify(run) {
    return function called(...args) {
      const done = args.pop();
      run.apply(this, args).then((value) => core.later(done, [null, value]), (error) => core.later(done, [error]));
    };
  }

  function clone(value, seen = new Map()) {
    if (typeof value === 'function' || typeof value === 'symbol') throw new Error('a function can not be copied');
    if (value === null || typeof value !== 'object') return value;
    if (seen.has(value)) return seen.get(value);
    if (value instanceof Date) return new Date(value.getTime());
    if (value instanceof RegExp) return new RegExp(value.source, value.flags);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.slice();
    const made = Array.isArray(value) ? [] : value instanceof Map ? new Map() : value instanceof Set ? new Set() : {};
    seen.set(value, made);
    if (made instanceof Map) for (const [key, inner] of value) made.set(clone(key, seen), clone(inner, seen));
    else if (made instanceof Set) for (const inner of value) made.add(clone(inner, seen));
    else for (const key of Object.keys(value)) made[key] = clone(value[key], seen);
    return made;
  }

  function inherits(constructor, parent) {
    constructor.super_ = parent;
    Object.setPrototypeOf(constructor.prototype, parent.prototype);
  }

  const { inspect, format } = core.piece('inspect');
  return {
    promisify,
    callbackify,
    inherits,
    clone,
    inspect: (value) => inspect(value),
    format: (...values) => format(values),
    deprecate: (run) => run,
    isDeepStrictEqual: (a, b) => core.piece('lodash').isEqual(a, b),
    isArray: Array.isArray,
    isString: (value) => typeof value === 'string',
    isFunction: (value) => typeof value === 'function',
    types: {
      isDate: (value) => value instanceof Date,
      isRegExp: (value) => value instanceof RegExp,
      isPromise: (value) => value instanceof Promise,
    },
  };
});
