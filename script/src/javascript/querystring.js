// `querystring`, and the nested form that the request library writes (`a[b]=1`, `a[0]=1`).
(function (core) {
  'use strict';

  function escape(text) {
    return encodeURIComponent(String(text).toWellFormed());
  }

  function unescape(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function primitive(value) {
    if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
    return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : '';
  }

  function stringify(object, separator = '&', equals = '=', options = {}) {
    if (object === null || typeof object !== 'object') return '';
    const encode = options.encodeURIComponent ?? escape;
    const pairs = Object.entries(object).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => encode(name) + equals + encode(primitive(one))),
    );
    return pairs.join(separator);
  }

  function parse(text, separator = '&', equals = '=', options = {}) {
    const decode = options.decodeURIComponent ?? unescape;
    const result = Object.create(null);
    if (typeof text !== 'string' || text === '') return result;
    for (const part of text.split(separator)) {
      if (part === '') continue;
      const at = part.indexOf(equals);
      const plain = (one) => decode(one.replaceAll('+', ' '));
      const name = plain(at < 0 ? part : part.slice(0, at));
      const value = at < 0 ? '' : plain(part.slice(at + equals.length));
      if (!(name in result)) result[name] = value;
      else if (Array.isArray(result[name])) result[name].push(value);
      else result[name] = [result[name], value];
    }
    return result;
  }

  // The pairs of an object whose members may be objects and lists.
  function flat(value, name = '') {
    if (value === undefined || typeof value === 'function') return [];
    if (value === null) return [[name, '']];
    if (value instanceof Date) return [[name, value.toISOString()]];
    if (typeof value !== 'object') return [[name, String(value)]];
    return Object.entries(value).flatMap(([key, inner]) => flat(inner, name === '' ? key : `${name}[${key}]`));
  }

  // RFC 3986, as the request library does: ! ' ( ) * are written as octets too.
  function nested(value) {
    if (typeof value === 'string') return value;
    if (value instanceof (core.peek('url')?.URLSearchParams ?? WeakSet)) return String(value);
    const strict = (text) => escape(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
    return flat(value).map(([name, one]) => `${strict(name)}=${strict(one)}`).join('&');
  }

  return Object.defineProperty({ stringify, parse, escape, unescape, encode: stringify, decode: parse }, 'nested', { value: nested });
});
