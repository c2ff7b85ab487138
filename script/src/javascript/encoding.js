// `atob`, `btoa`, `TextEncoder` and `TextDecoder`.
(function (core) {
  'use strict';
  const bytes = core.piece('bytes');

  function invalid(message) {
    return Object.assign(new Error(message), { name: 'InvalidCharacterError', code: 5 });
  }

  function btoa(value) {
    const text = String(value);
    if (/[^\0-\xff]/.test(text)) throw invalid('Invalid character');
    return bytes.decode(bytes.encode(text, 'latin1'), 'base64');
  }

  function atob(value) {
    const text = String(value).replace(/[\t\n\f\r ]/g, '');
    const core = text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text;
    if (core.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(core)) {
      throw invalid('The string to be decoded is not correctly encoded.');
    }
    return bytes.binary(bytes.encode(core, 'base64'));
  }

  class TextEncoder {
    get encoding() {
      return 'utf-8';
    }

    encode(text = '') {
      return bytes.encode(String(text), 'utf8');
    }
  }

  class TextDecoder {
    #encoding;

    constructor(label = 'utf-8') {
      const name = String(label).trim().toLowerCase();
      const known = { 'iso-8859-1': 'latin1', 'windows-1252': 'latin1' }[name] ?? name;
      try {
        this.#encoding = bytes.encoding(known);
      } catch {
        throw new RangeError(`The "${label}" encoding is not supported`);
      }
    }

    get encoding() {
      return this.#encoding === 'utf8' ? 'utf-8' : this.#encoding;
    }

    decode(value = new Uint8Array(0)) {
      return bytes.decode(bytes.view(value), this.#encoding).replace(/^\ufeff/, '');
    }
  }

  return { atob, btoa, TextEncoder, TextDecoder };
});
