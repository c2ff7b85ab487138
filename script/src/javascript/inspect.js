// How values look in a log: close to what Node prints, on one line, and never larger than a log line needs.
(function () {
  'use strict';
  const DEPTH = 4;
  const MOST = 50;

  function quoted(text) {
    return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  }

  function key(name) {
    return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
  }

  function members(parts, total, open, close) {
    if (total > parts.length) parts.push(`... ${total - parts.length} more`);
    return parts.length === 0 ? open + close : `${open} ${parts.join(', ')} ${close}`;
  }

  function inspect(value, depth = 0, seen = []) {
    switch (typeof value) {
      case 'string':
        return quoted(value.length > 10000 ? `${value.slice(0, 10000)}...` : value);
      case 'bigint':
        return `${value}n`;
      case 'function':
        return `[Function: ${value.name || '(anonymous)'}]`;
      case 'object':
        break;
      default:
        return String(value);
    }
    if (value === null) return 'null';
    if (value instanceof Error) return describe(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return 'Promise {}';
    if (seen.includes(value)) return '[Circular]';
    if (depth > DEPTH) return Array.isArray(value) ? '[Array]' : '[Object]';
    const inner = [...seen, value];
    const show = (one) => inspect(one, depth + 1, inner);
    if (Array.isArray(value)) return members(value.slice(0, MOST).map(show), value.length, '[', ']');
    if (ArrayBuffer.isView(value)) {
      const name = value.constructor?.name ?? 'Bytes';
      return `<${name} ${Array.from(value.subarray?.(0, MOST) ?? [], (byte) => byte.toString(16).padStart(2, '0')).join(' ')}>`;
    }
    if (value instanceof Map) {
      return `Map ${members([...value].slice(0, MOST).map(([k, v]) => `${show(k)} => ${show(v)}`), value.size, '{', '}')}`;
    }
    if (value instanceof Set) return `Set ${members([...value].slice(0, MOST).map(show), value.size, '{', '}')}`;
    const keys = Object.keys(value);
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    const prefix = name === undefined || name === 'Object' ? '' : `${name} `;
    return prefix + members(keys.slice(0, MOST).map((one) => `${key(one)}: ${show(value[one])}`), keys.length, '{', '}');
  }

  function describe(error) {
    const stack = typeof error.stack === 'string' ? error.stack.trimEnd() : '';
    const head = `${error.name}: ${error.message}`;
    return stack === '' || stack.startsWith(head) ? stack || head : `${head}\n${stack}`;
  }

  function safely(value) {
    try {
      return inspect(value);
    } catch {
      return '[a value that can not be looked at]';
    }
  }

  function format(values) {
    const [first, ...rest] = values;
    const parts = [];
    if (typeof first === 'string') {
      parts.push(
        first.replace(/%[sdifjoOc%]/g, (mark) => {
          if (mark === '%%') return '%';
          if (rest.length === 0) return mark;
          const value = rest.shift();
          if (mark === '%s') return typeof value === 'string' ? value : safely(value);
          if (mark === '%d' || mark === '%f') return String(Number(value));
          if (mark === '%i') return String(Number.parseInt(value, 10));
          if (mark === '%j') return JSON.stringify(value) ?? 'undefined';
          return mark === '%c' ? '' : safely(value);
        }),
      );
    } else if (values.length > 0) {
      parts.push(safely(first));
    }
    for (const value of rest) parts.push(typeof value === 'string' ? value : safely(value));
    return parts.join(' ');
  }

  return { inspect: safely, format };
});
