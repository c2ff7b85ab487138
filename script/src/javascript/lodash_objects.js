// assign assignIn extend assignWith at clone cloneDeep create defaults defaultsDeep entries toPairs findKey forIn forOwn fromPairs functions invert invoke keys keysIn mapKeys mapValues merge mergeWith omit omitBy pick pickBy transform values valuesIn zipObject
// The line above names what is here, for `_` to know without evaluating it: the part of lodash that is about objects.
(function (core) {
  'use strict';
  const { get, isObject, isPlainObject, iteratee, pathOf, toPath, update, unset } = core.lodash;
  const entries = (object) => (object === null || object === undefined ? [] : object instanceof Map ? [...object] : Object.entries(object));
  const safe = (name) => name !== '__proto__';

  function inherited(object) {
    const names = [];
    for (const name in Object(object)) names.push(name);
    return names;
  }

  function assign(target, ...sources) {
    return Object.assign(Object(target), ...sources);
  }

  function assignIn(target, ...sources) {
    for (const source of sources) for (const name of inherited(source)) if (safe(name)) target[name] = source[name];
    return target;
  }

  function empty(value) {
    if (Array.isArray(value)) return [];
    if (value instanceof Map) return new Map();
    return value instanceof Set ? new Set() : Object.create(Object.getPrototypeOf(value));
  }

  function cloneDeep(value, seen = new Map()) {
    if (value === null || typeof value !== 'object') return value;
    if (seen.has(value)) return seen.get(value);
    if (value instanceof Date) return new Date(value.getTime());
    if (value instanceof RegExp) return new RegExp(value.source, value.flags);
    if (ArrayBuffer.isView(value)) return value.slice();
    if (value instanceof Error || value instanceof Promise) return value;
    const made = empty(value);
    seen.set(value, made);
    if (made instanceof Map) for (const [key, inner] of value) made.set(key, cloneDeep(inner, seen));
    else if (made instanceof Set) for (const inner of value) made.add(cloneDeep(inner, seen));
    else for (const key of Object.keys(value)) made[key] = cloneDeep(value[key], seen);
    return made;
  }

  function clone(value) {
    if (Array.isArray(value)) return [...value];
    if (isPlainObject(value)) return { ...value };
    if (value instanceof Map) return new Map(value);
    if (value instanceof Set) return new Set(value);
    return isObject(value) && typeof value !== 'function' ? cloneDeep(value) : value;
  }

  function mergeOne(target, source, choose, seen) {
    if (!isObject(source) || seen.has(source)) return;
    seen.add(source);
    for (const name of inherited(source).filter(safe)) {
      const [before, value] = [target[name], source[name]];
      const chosen = choose?.(before, value, name, target, source);
      if (chosen !== undefined) target[name] = chosen;
      else if (Array.isArray(value) || isPlainObject(value)) {
        const fits = Array.isArray(value) ? Array.isArray(before) : isObject(before) && typeof before !== 'function';
        target[name] = fits ? before : Array.isArray(value) ? [] : {};
        mergeOne(target[name], value, choose, seen);
      } else if (value !== undefined) target[name] = value;
      else if (!(name in target)) target[name] = undefined;
    }
    seen.delete(source);
  }

  function merge(target, ...sources) {
    const result = Object(target);
    for (const source of sources) mergeOne(result, source, undefined, new Set());
    return result;
  }

  function mergeWith(target, ...rest) {
    const choose = typeof rest.at(-1) === 'function' ? rest.pop() : undefined;
    for (const source of rest) mergeOne(target, source, choose, new Set());
    return target;
  }

  function defaults(target, ...sources) {
    const result = Object(target);
    for (const source of sources) {
      for (const name of inherited(source).filter(safe)) if (result[name] === undefined) result[name] = source[name];
    }
    return result;
  }

  function defaultsDeep(target, ...sources) {
    for (const source of sources) {
      for (const name of inherited(source).filter(safe)) {
        if (target[name] === undefined) target[name] = cloneDeep(source[name]);
        else if (isPlainObject(target[name]) && isPlainObject(source[name])) defaultsDeep(target[name], source[name]);
      }
    }
    return target;
  }

  const flat = (paths) => paths.flat(Infinity);

  function pick(object, ...paths) {
    const result = {};
    for (const path of flat(paths)) {
      const parts = pathOf(object, path);
      const value = get(object, parts);
      if (value !== undefined || (parts.length === 1 && isObject(object) && parts[0] in object)) update(result, parts, () => value);
    }
    return result;
  }

  function omit(object, ...paths) {
    const list = flat(paths);
    const result = {};
    for (const name of inherited(object)) result[name] = object[name];
    const deep = list.some((path) => pathOf(object, path).length > 1);
    const copied = deep ? cloneDeep(result) : result;
    for (const path of list) unset(copied, path);
    return copied;
  }

  function pickBy(object, test) {
    const check = iteratee(test);
    return Object.fromEntries(inherited(object).filter((name) => check(object[name], name)).map((name) => [name, object[name]]));
  }

  function mapped(object, change) {
    return Object.fromEntries(entries(object).map(([name, value]) => change(name, value)));
  }

  function each(object, names, visit) {
    for (const name of names) if (visit(object[name], name, object) === false) break;
    return object;
  }

  return {
    assign,
    assignIn,
    extend: assignIn,
    assignWith: (target, source, choose) => {
      for (const [name, value] of entries(source)) target[name] = choose(target[name], value, name) ?? value;
      return target;
    },
    at: (object, ...paths) => flat(paths).map((path) => get(object, path)),
    clone,
    cloneDeep: (value) => cloneDeep(value),
    create: (prototype, members) => Object.assign(Object.create(prototype), members),
    defaults,
    defaultsDeep,
    entries,
    toPairs: entries,
    findKey: (object, test) => entries(object).find(([name, value]) => iteratee(test)(value, name))?.[0],
    forIn: (object, visit = (one) => one) => each(object, inherited(object), visit),
    forOwn: (object, visit = (one) => one) => each(object, Object.keys(object ?? {}), visit),
    fromPairs: (pairs) => Object.fromEntries(pairs ?? []),
    functions: (object) => Object.keys(object ?? {}).filter((name) => typeof object[name] === 'function'),
    invert: (object) => mapped(object, (name, value) => [value, name]),
    invoke: (object, path, ...args) => {
      const parts = toPath(path);
      const place = parts.length > 1 ? get(object, parts.slice(0, -1)) : object;
      return place?.[parts.at(-1)]?.(...args);
    },
    keys: (object) => Object.keys(object ?? {}),
    keysIn: inherited,
    mapKeys: (object, change) => mapped(object, (name, value) => [iteratee(change)(value, name, object), value]),
    mapValues: (object, change) => mapped(object, (name, value) => [name, iteratee(change)(value, name, object)]),
    merge,
    mergeWith,
    omit,
    omitBy: (object, test) => pickBy(object, (value, name) => !iteratee(test)(value, name)),
    pick,
    pickBy,
    transform: (object, step, start = Array.isArray(object) ? [] : {}) => {
      for (const [name, value] of entries(object)) if (step(start, value, name, object) === false) break;
      return start;
    },
    values: (object) => Object.values(object ?? {}),
    valuesIn: (object) => inherited(object).map((name) => object[name]),
    zipObject: (names = [], values = []) => Object.fromEntries(names.map((name, at) => [name, values[at]])),
  };
});
