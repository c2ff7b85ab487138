// `_`: what scripts of this kind use of lodash, written anew. This file has paths, tests and functions; objects, lists and
// texts are in files of their own, evaluated when one of their names is used.
(function (core) {
  'use strict';

  function isObject(value) {
    return value !== null && (typeof value === 'object' || typeof value === 'function');
  }

  function tag(value) {
    return Object.prototype.toString.call(value).slice(8, -1);
  }

  function isPlainObject(value) {
    if (value === null || typeof value !== 'object' || tag(value) !== 'Object') return false;
    const prototype = Object.getPrototypeOf(value);
    return prototype === null || prototype === Object.prototype;
  }

  function isArrayLike(value) {
    return value !== null && value !== undefined && typeof value !== 'function' && Number.isInteger(value.length) && value.length >= 0;
  }

  // `a.b[0]["c d"]` as a list of names.
  function toPath(path) {
    if (Array.isArray(path)) return path.map((part) => (typeof part === 'symbol' ? part : String(part)));
    if (typeof path === 'symbol') return [path];
    const parts = [];
    const text = String(path ?? '');
    if (text.startsWith('.')) parts.push('');
    const names = /[^.[\]]+|\[(?:(-?\d+(?:\.\d+)?)|(["'])((?:(?!\2)[^\\]|\\.)*?)\2)\]|(?=(?:\.|\[\])(?:\.|\[\]|$))/g;
    for (const [match, number, quote, inside] of text.matchAll(names)) {
      parts.push(quote ? inside.replace(/\\(\\)?/g, '$1') : (number ?? match));
    }
    return parts;
  }

  // A name that stands on the object itself is taken before a path is read into it.
  function pathOf(object, path) {
    if (typeof path === 'string' && isObject(object) && path in object) return [path];
    return toPath(path);
  }

  function get(object, path, otherwise) {
    let value = object;
    const parts = pathOf(object, path);
    for (const part of parts) {
      if (value === null || value === undefined) return otherwise;
      value = value[part];
    }
    return parts.length === 0 || value === undefined ? otherwise : value;
  }

  function has(object, path) {
    let value = object;
    const parts = pathOf(object, path);
    for (const part of parts) {
      if (value === null || value === undefined || !Object.hasOwn(Object(value), part)) return false;
      value = value[part];
    }
    return parts.length > 0;
  }

  // Names through which every object would be changed.
  const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

  function update(object, path, change) {
    if (!isObject(object)) return object;
    const parts = pathOf(object, path);
    if (parts.some((part) => FORBIDDEN.includes(part))) return object;
    let place = object;
    parts.forEach((part, at) => {
      if (at === parts.length - 1) place[part] = change(place[part]);
      else {
        if (!isObject(place[part])) place[part] = /^(0|[1-9]\d*)$/.test(parts[at + 1]) ? [] : {};
        place = place[part];
      }
    });
    return object;
  }

  function unset(object, path) {
    const parts = pathOf(object, path);
    const place = parts.length > 1 ? get(object, parts.slice(0, -1)) : object;
    return isObject(place) ? delete place[parts.at(-1)] : true;
  }

  function isEqual(a, b, seen = new Map()) {
    if (Object.is(a, b) || a === b) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || tag(a) !== tag(b)) return false;
    if (a instanceof Date) return a.getTime() === b.getTime();
    if (a instanceof RegExp) return String(a) === String(b);
    if (a instanceof Error) return a.name === b.name && a.message === b.message;
    if (seen.get(a) === b) return true;
    seen.set(a, b);
    if (a instanceof Map || a instanceof Set) return a.size === b.size && isEqual([...a], [...b], seen);
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key], seen));
  }

  function isMatch(object, source) {
    if (!isObject(source)) return Object.is(object, source) || object === source;
    if (!isObject(object)) return Object.keys(source).length === 0;
    if (Array.isArray(source)) return source.every((one) => Array.isArray(object) && object.some((other) => isMatch(other, one)));
    const fits = (one, other) => (isObject(other) ? isMatch(one, other) : isEqual(one, other));
    return Object.keys(source).every((key) => key in object && fits(object[key], source[key]));
  }

  // What lodash takes wherever it takes a function: a path, a pair, or an object to match.
  function iteratee(value) {
    if (typeof value === 'function') return value;
    if (value === undefined || value === null) return (one) => one;
    if (Array.isArray(value)) return (one) => isEqual(get(one, value[0]), value[1]);
    if (typeof value === 'object') return (one) => isMatch(one, value);
    return (one) => get(one, value);
  }

  function isEmpty(value) {
    if (value === null || value === undefined) return true;
    if (value instanceof Map || value instanceof Set) return value.size === 0;
    if (typeof value === 'string' || Array.isArray(value) || ArrayBuffer.isView(value) || tag(value) === 'Arguments') {
      return value.length === 0;
    }
    return typeof value !== 'object' || Object.keys(value).length === 0;
  }

  function debounce(run, delay = 0) {
    let handle;
    return (...args) => {
      core.clearTimeout(handle);
      handle = core.setTimeout(() => run(...args), delay);
    };
  }

  let ids = 0;
  const tests = {
    isArray: Array.isArray,
    isArrayLike,
    isArguments: (value) => tag(value) === 'Arguments',
    isBoolean: (value) => value === true || value === false || tag(value) === 'Boolean',
    isBuffer: (value) => value instanceof Uint8Array,
    isDate: (value) => value instanceof Date,
    isEmpty,
    isEqual: (a, b) => isEqual(a, b),
    isError: (value) => value instanceof Error,
    isFinite: (value) => Number.isFinite(value),
    isFunction: (value) => typeof value === 'function',
    isInteger: Number.isInteger,
    isMap: (value) => value instanceof Map,
    isMatch,
    isNaN: (value) => tag(value) === 'Number' && Number.isNaN(Number(value)),
    isNil: (value) => value === null || value === undefined,
    isNull: (value) => value === null,
    isNumber: (value) => tag(value) === 'Number',
    isObject,
    isObjectLike: (value) => value !== null && typeof value === 'object',
    isPlainObject,
    isRegExp: (value) => value instanceof RegExp,
    isSet: (value) => value instanceof Set,
    isString: (value) => typeof value === 'string' || tag(value) === 'String',
    isSymbol: (value) => typeof value === 'symbol',
    isUndefined: (value) => value === undefined,
  };
  const plain = {
    ...tests,
    get,
    has,
    hasIn: (object, path) => {
      const step = (value, part) => (isObject(value) && part in value ? value[part] : undefined);
      return pathOf(object, path).reduce(step, object) !== undefined;
    },
    set: (object, path, value) => update(object, path, () => value),
    update,
    unset,
    result: (object, path, otherwise) => {
      const value = get(object, path, otherwise);
      return typeof value === 'function' ? value.call(object) : value;
    },
    toPath,
    iteratee,
    property: (path) => (object) => get(object, path),
    matches: (source) => (object) => isMatch(object, source),
    matchesProperty: (path, value) => (object) => isEqual(get(object, path), value),
    identity: (value) => value,
    constant: (value) => () => value,
    noop() {},
    times: (count, run = (at) => at) => Array.from({ length: count }, (_, at) => run(at)),
    uniqueId: (prefix = '') => `${prefix}${(ids += 1)}`,
    defaultTo: (value, otherwise) => (value === undefined || value === null || Number.isNaN(value) ? otherwise : value),
    attempt: (run, ...args) => {
      try {
        return run(...args);
      } catch (error) {
        return error;
      }
    },
    once(run) {
      let done;
      return (...args) => (done ??= { value: run(...args) }).value;
    },
    memoize(run, key = (first) => first) {
      const known = new Map();
      return (...args) => {
        const name = key(...args);
        if (!known.has(name)) known.set(name, run(...args));
        return known.get(name);
      };
    },
    partial: (run, ...before) => (...args) => run(...before, ...args),
    negate: (run) => (...args) => !run(...args),
    flow: (...runs) => (value) => runs.flat().reduce((one, run) => run(one), value),
    debounce,
    delay: (run, delay, ...args) => core.setTimeout(() => run(...args), delay),
    defer: (run, ...args) => core.later(run, args),
    now: () => Date.now(),
    toNumber: Number,
    toInteger: (value) => Math.trunc(Number(value)) || 0,
    toString: (value) => (value === null || value === undefined ? '' : String(value)),
    toArray: (value) => {
      if (value === null || value === undefined) return [];
      return typeof value[Symbol.iterator] === 'function' ? [...value] : Object.values(value);
    },
    castArray: (...args) => (args.length === 0 ? [] : Array.isArray(args[0]) ? args[0] : [args[0]]),
    clamp: (number, low, high) => (high === undefined ? Math.min(number, low) : Math.min(Math.max(number, low), high)),
    random: (low = 0, high = 1) => low + Math.floor(Math.random() * (high - low + 1)),
  };
  const shared = { get, has, isObject, isPlainObject, isArrayLike, isEqual, iteratee, pathOf, toPath, update, unset };
  core.lodash = shared;

  // `_(value)` and `_.chain(value)`: the same functions one after the other.
  class Chain {
    constructor(value) {
      this.wrapped = value;
    }

    value() {
      return this.wrapped;
    }
  }
  Chain.prototype.valueOf = Chain.prototype.toJSON = Chain.prototype.value;

  const _ = (value) => chain(value);
  function chain(value) {
    return new Proxy(new Chain(value), {
      get(target, name) {
        if (name in target || typeof name === 'symbol') return target[name];
        const run = _[name];
        return typeof run !== 'function' ? target.wrapped?.[name] : (...args) => chain(run(target.wrapped, ...args));
      },
    });
  }

  Object.assign(_, plain, { chain, VERSION: '4.17' });
  // What is not here yet is in one of the other parts, whose first lines say what they make.
  const owner = (name) =>
    typeof name === 'string' &&
    ['lodash_objects', 'lodash_lists', 'lodash_texts'].find((piece) => ` ${core.native.names(piece)} `.includes(` ${name} `));
  Object.setPrototypeOf(
    _,
    new Proxy(Function.prototype, {
      get(target, name, receiver) {
        const piece = owner(name);
        if (!piece) return Reflect.get(target, name, receiver);
        Object.assign(_, core.piece(piece));
        return _[name];
      },
      has: (target, name) => Boolean(owner(name)) || name in target,
    }),
  );
  _.mixin = (object) => Object.assign(_, object);
  return _;
});
