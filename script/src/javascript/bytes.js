// Bytes and text. The worker sees bytes as texts whose characters stand for one byte each ("binary" here), because it has no
// other safe way to look at them.
(function (core) {
  'use strict';
  const CHUNK = 8192;
  const { native } = core;

  const NAMES = {
    utf8: 'utf8', 'utf-8': 'utf8', ascii: 'latin1', latin1: 'latin1', binary: 'latin1', hex: 'hex', base64: 'base64',
    base64url: 'base64url', ucs2: 'utf16le', 'ucs-2': 'utf16le', utf16le: 'utf16le', 'utf-16le': 'utf16le',
  };

  // The name of an encoding as the worker knows it.
  function encoding(name) {
    if (name === undefined || name === null || name === '') return 'utf8';
    const known = NAMES[String(name).toLowerCase()];
    if (known === undefined) throw new TypeError(`Unknown encoding: ${name}`);
    return known;
  }

  function binary(bytes) {
    if (bytes.length <= CHUNK) return String.fromCharCode.apply(null, bytes);
    let text = '';
    for (let at = 0; at < bytes.length; at += CHUNK) {
      text += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK));
    }
    return text;
  }

  // Anything that Node takes for bytes, as a Uint8Array of the same memory where that is possible.
  function view(value, name = 'data') {
    if (typeof value === 'string') return native.encode(value.toWellFormed(), 'utf8');
    if (value instanceof Uint8Array) return value;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    throw new TypeError(`The "${name}" argument must be of type string or an instance of Buffer, TypedArray, or DataView`);
  }

  return {
    encoding,
    binary,
    view,
    encode: (text, name) => native.encode(text.toWellFormed(), encoding(name)),
    decode: (bytes, name) => native.decode(binary(bytes), encoding(name)),
  };
});
