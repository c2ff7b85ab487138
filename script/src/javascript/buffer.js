// `Buffer`: a Uint8Array with the methods of Node that scripts use, `new Buffer(...)` included.
(function (core) {
  'use strict';
  const bytes = core.piece('bytes');
  const MOST = 8 * 1024 * 1024;

  function own(array) {
    return Object.setPrototypeOf(array, Buffer.prototype);
  }

  function sized(size) {
    if (typeof size !== 'number' || !(size >= 0)) throw new TypeError('The "size" argument must be of type number');
    if (size > MOST) throw new RangeError(`The value of "size" is out of range: ${size}`);
    return own(new Uint8Array(size));
  }

  function from(value, second, third) {
    if (typeof value === 'string') return own(bytes.encode(value, second));
    if (value instanceof ArrayBuffer) return own(new Uint8Array(value, second, third));
    if (ArrayBuffer.isView(value)) return own(new Uint8Array(value));
    if (Array.isArray(value)) return own(Uint8Array.from(value, (byte) => Number(byte) & 255));
    if (value?.type === 'Buffer' && Array.isArray(value.data)) return from(value.data);
    if (value !== null && typeof value === 'object' && typeof value.valueOf() === 'string') return from(value.valueOf(), second);
    if (typeof value?.length === 'number') return own(Uint8Array.from(value));
    throw new TypeError('The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array');
  }

  function Buffer(value, second, third) {
    return typeof value === 'number' ? sized(value) : from(value, second, third);
  }
  Object.setPrototypeOf(Buffer, Uint8Array);
  Buffer.prototype = Object.create(Uint8Array.prototype);

  const constants = {
    from,
    alloc: (size, fill, encoding) => (fill === undefined ? sized(size) : sized(size).fill(fill, encoding)),
    allocUnsafe: sized,
    isBuffer: (value) => value instanceof Buffer,
    isEncoding(name) {
      try {
        return typeof name === 'string' && name !== '' && bytes.encoding(name) !== '';
      } catch {
        return false;
      }
    },
    byteLength: (value, encoding) =>
      typeof value === 'string' ? bytes.encode(value, encoding).length : bytes.view(value).length,
    concat(list, length) {
      const total = length ?? list.reduce((sum, part) => sum + part.length, 0);
      const joined = sized(total);
      let at = 0;
      for (const part of list) {
        joined.set(part.subarray(0, Math.max(total - at, 0)), at);
        at += part.length;
        if (at >= total) break;
      }
      return joined;
    },
    compare(left, right) {
      const shorter = Math.min(left.length, right.length);
      for (let at = 0; at < shorter; at += 1) {
        if (left[at] !== right[at]) return left[at] < right[at] ? -1 : 1;
      }
      return Math.sign(left.length - right.length);
    },
  };

  const methods = {
    constructor: Buffer,
    toString(encoding, start = 0, end = this.length) {
      return bytes.decode(start === 0 && end >= this.length ? this : Uint8Array.prototype.subarray.call(this, start, end), encoding);
    },
    toJSON() {
      return { type: 'Buffer', data: Array.from(this) };
    },
    equals(other) {
      return constants.compare(this, other) === 0;
    },
    compare(other) {
      return constants.compare(this, other);
    },
    slice(start, end) {
      return this.subarray(start, end);
    },
    subarray(start, end) {
      return own(Uint8Array.prototype.subarray.call(this, start, end));
    },
    write(text, offset = 0, length, encoding) {
      const [at, name] = typeof offset === 'string' ? [0, offset] : [offset, typeof length === 'string' ? length : encoding];
      const most = Math.min(typeof length === 'number' ? length : Infinity, this.length - at);
      const part = bytes.encode(String(text), name).subarray(0, Math.max(most, 0));
      this.set(part, at);
      return part.length;
    },
    fill(value, encoding) {
      if (typeof value === 'number') return Uint8Array.prototype.fill.call(this, value & 255);
      const pattern = from(value, encoding);
      for (let at = 0; at < this.length && pattern.length > 0; at += 1) this[at] = pattern[at % pattern.length];
      return this;
    },
    copy(target, at = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + target.length - at));
      target.set(part, at);
      return part.length;
    },
    indexOf(value, start = 0, encoding) {
      if (typeof value === 'number') return Uint8Array.prototype.indexOf.call(this, value & 255, start);
      return bytes.binary(this).indexOf(bytes.binary(from(value, encoding)), start);
    },
    includes(value, start, encoding) {
      return this.indexOf(value, start, encoding) >= 0;
    },
  };

  const numbers = { UInt8: 'Uint8', Int8: 'Int8', UInt16: 'Uint16', Int16: 'Int16', UInt32: 'Uint32', Int32: 'Int32',
    BigUInt64: 'BigUint64', Float: 'Float32', Double: 'Float64' };
  const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  for (const [name, kind] of Object.entries(numbers)) {
    for (const [order, little] of name.endsWith('8') ? [['', true]] : [['LE', true], ['BE', false]]) {
      methods[`read${name}${order}`] = function (at = 0) {
        return view(this)[`get${kind}`](at, little);
      };
      methods[`write${name}${order}`] = function (value, at = 0) {
        view(this)[`set${kind}`](at, value, little);
        return at + Number.parseInt(kind.replace(/\D+/, ''), 10) / 8;
      };
    }
  }

  for (const [target, members] of [[Buffer, constants], [Buffer.prototype, methods]]) {
    for (const [name, value] of Object.entries(members)) {
      Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
    }
  }
  return Buffer;
});
