// camelCase capitalize deburr endsWith escape escapeRegExp kebabCase lowerCase lowerFirst pad padEnd padStart parseInt repeat replace snakeCase split startCase startsWith template toLower toUpper trim trimEnd trimStart truncate unescape upperCase upperFirst words
// The line above names what is here, for `_` to know without evaluating it: the part of lodash that is about texts.
(function () {
  'use strict';
  const text = (value) => (value === null || value === undefined ? '' : String(value));
  const MARKS = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  const PLAIN = Object.fromEntries(Object.entries(MARKS).map(([mark, name]) => [name, mark]));
  const LETTERS = { ß: 'ss', æ: 'ae', Æ: 'Ae', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', þ: 'th' };
  const plain = (value) => text(value).normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  const deburr = (value) => plain(value).replace(/[ßæÆøØłŁđþ]/g, (letter) => LETTERS[letter]);

  function words(value, pattern) {
    const found = pattern ?? /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+|\p{Lo}+|\d+/gu;
    return text(value).match(found) ?? [];
  }

  const parts = (value) => words(deburr(value).replace(/['\u2019]/g, ''));
  const upperFirst = (value) => text(value).replace(/^./u, (first) => first.toUpperCase());
  const lowerFirst = (value) => text(value).replace(/^./u, (first) => first.toLowerCase());
  const capitalize = (value) => upperFirst(text(value).toLowerCase());
  const joined = (separator, change) => (value) => parts(value).map(change).join(separator);
  const escapeRegExp = (value) => text(value).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const lower = (one) => one.toLowerCase();

  function trimmed(start, end) {
    return (value, marks) => {
      const set = marks === undefined ? '\\s' : escapeRegExp(marks).replaceAll('-', '\\-');
      return text(value).replace(new RegExp(`${start ? `^[${set}]+` : '(?!)'}|${end ? `[${set}]+$` : '(?!)'}`, 'g'), '');
    };
  }

  function pad(value, length = 0, marks = ' ') {
    const plain = text(value);
    const left = Math.floor((length - plain.length) / 2) + plain.length;
    return plain.padStart(left, marks).padEnd(length, marks);
  }

  function truncate(value, { length = 30, omission = '...', separator } = {}) {
    const plain = text(value);
    if (plain.length <= length) return plain;
    const cut = plain.slice(0, Math.max(length - omission.length, 0));
    const at = separator === undefined ? -1 : cut.lastIndexOf(separator);
    return (at > 0 ? cut.slice(0, at) : cut) + omission;
  }

  // `<%= name %>`, `<%- name %>` and `${name}`; no statements.
  function template(source) {
    const places = /<%([=-])\s*([\w$.[\]'"]+)\s*%>|\$\{\s*([\w$.[\]'"]+)\s*\}/g;
    return (data = {}) => text(source).replace(places, (_, kind, name, other) => {
      const path = (name ?? other).match(/[^.[\]'"]+/g) ?? [];
      const value = text(path.reduce((one, part) => one?.[part], data));
      return kind === '-' ? value.replace(/[&<>"']/g, (mark) => MARKS[mark]) : value;
    });
  }

  return {
    camelCase: (value) => lowerFirst(joined('', (one) => capitalize(one))(value)),
    capitalize,
    deburr,
    endsWith: (value, end, at) => text(value).endsWith(end, at),
    escape: (value) => text(value).replace(/[&<>"']/g, (mark) => MARKS[mark]),
    escapeRegExp,
    kebabCase: joined('-', lower),
    lowerCase: joined(' ', lower),
    lowerFirst,
    pad,
    padEnd: (value, length = 0, marks = ' ') => text(value).padEnd(length, marks),
    padStart: (value, length = 0, marks = ' ') => text(value).padStart(length, marks),
    parseInt: (value, radix = 10) => Number.parseInt(value, radix),
    repeat: (value, count = 1) => text(value).repeat(count),
    replace: (value, from, to) => text(value).replace(from, to),
    snakeCase: joined('_', lower),
    split: (value, separator, limit) => text(value).split(separator, limit),
    startCase: joined(' ', upperFirst),
    startsWith: (value, start, at) => text(value).startsWith(start, at),
    template,
    toLower: (value) => text(value).toLowerCase(),
    toUpper: (value) => text(value).toUpperCase(),
    trim: trimmed(true, true),
    trimEnd: trimmed(false, true),
    trimStart: trimmed(true, false),
    truncate,
    unescape: (value) => text(value).replace(/&(?:amp|lt|gt|quot|#39);/g, (name) => PLAIN[name]),
    upperCase: joined(' ', (one) => one.toUpperCase()),
    upperFirst,
    words,
  };
});
