// `crypto`: hashes, HMAC, random bytes and comparison, computed by the worker. No keys, no signatures.
(function (core) {
  'use strict';
  const { native } = core;
  const bytes = core.piece('bytes');
  const buffer = (array) => core.require('buffer').Buffer.from(array.buffer);
  const NAMES = { md5: 'md5', sha1: 'sha1', sha224: 'sha224', sha256: 'sha256', sha384: 'sha384', sha512: 'sha512' };

  function algorithm(name) {
    const known = NAMES[String(name).toLowerCase().replace(/^rsa-|-/g, '')];
    if (known === undefined) throw new Error(`Digest method not supported: ${name}`);
    return known;
  }

  class Digest {
    #data = '';
    #finish;

    constructor(finish) {
      this.#finish = finish;
    }

    update(data, encoding) {
      this.#data += bytes.binary(typeof data === 'string' ? bytes.encode(data, encoding) : bytes.view(data));
      return this;
    }

    digest(encoding) {
      const result = buffer(this.#finish(this.#data));
      return encoding === undefined || encoding === 'buffer' ? result : result.toString(encoding);
    }
  }

  function randomBytes(size, done) {
    const result = buffer(native.random(Number(size)));
    if (typeof done !== 'function') return result;
    core.later(done, [null, result]);
    return undefined;
  }

  function randomUUID() {
    const random = native.random(16);
    random[6] = (random[6] & 0x0f) | 0x40;
    random[8] = (random[8] & 0x3f) | 0x80;
    return bytes.decode(random, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  function timingSafeEqual(left, right) {
    const [a, b] = [bytes.view(left), bytes.view(right)];
    if (a.length !== b.length) throw new RangeError('Input buffers must have the same byte length');
    return a.reduce((sum, byte, at) => sum | (byte ^ b[at]), 0) === 0;
  }

  function randomInt(first, second) {
    const [low, high] = second === undefined ? [0, first] : [first, second];
    if (!(high > low)) throw new RangeError('The value of "max" is out of range');
    return low + (new DataView(native.random(8).buffer).getUint32(0) % (high - low));
  }

  return {
    createHash: (name) => {
      const known = algorithm(name);
      return new Digest((data) => native.digest(known, data));
    },
    createHmac: (name, key) => {
      const known = algorithm(name);
      const secret = bytes.binary(bytes.view(key, 'key'));
      return new Digest((data) => native.hmac(known, secret, data));
    },
    getHashes: () => Object.keys(NAMES),
    randomBytes,
    randomUUID,
    randomInt,
    timingSafeEqual,
  };
});
