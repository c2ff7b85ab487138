// The ground that a profile script stands on: its globals, `require`, timers and the one callback.
//
// `native` is the only link to the worker. Nothing in it can do more than what a script may do anyway, so that a script
// which gets hold of it (by changing prototypes, say) has gained nothing: calls are counted and guarded on the other side.
// A runtime is furnished before there is anything to run in it; `main` brings the script's inputs: `accessToken`, `context`,
// `configuration` and `options`, or `query` for a script that makes an address to sign out at.
(function (native) {
  'use strict';
  const global = globalThis;
  const evaluate = global.eval;
  const define = Object.defineProperty;
  const stringify = JSON.stringify;
  const { apply } = Reflect;
  const { isArray } = Array;
  const { toWellFormed } = String.prototype;
  // Text without halves of characters, which the worker could not read.
  const whole = (value) => apply(toWellFormed, `${value}`, []);

  // What the pieces share. A piece is a function of `core` in a file of its own, evaluated at its first use.
  const loaded = Object.create(null);
  const core = {
    native,
    piece(name) {
      if (!(name in loaded)) {
        loaded[name] = native.piece(name)(core);
      }
      return loaded[name];
    },
    // What a piece has made, if anything has touched it: without it nothing of its kind can exist.
    peek: (name) => loaded[name],
  };

  // --- The end of a run. Only the first outcome counts.

  let decided = false;
  // Whether the script makes an address, a text, where others make a profile.
  let leaves = false;

  function settle(kind, text, detail) {
    if (!decided) {
      native.settle(kind, whole(text), whole(detail ?? ''));
      decided = true;
    }
  }

  function messageOf(error) {
    if (typeof error === 'string') return error;
    if (error !== null && typeof error === 'object') {
      if (typeof error.message === 'string' && error.message !== '') return error.message;
      if (error instanceof Error) return String(error.name);
      return stringify(error) ?? 'unknown error';
    }
    return String(error);
  }

  function fail(error) {
    let message = 'unknown error';
    let stack = '';
    try {
      message = messageOf(error);
      stack = error instanceof Error ? error.stack : '';
    } catch {
      // An error whose members throw has no message.
    }
    const limits = error instanceof RangeError || error instanceof InternalError;
    // Where memory ran out there is no room for an error either, and the interpreter throws null.
    if (error === null) settle('null', 'null');
    else settle(limits ? 'limit' : 'thrown', message, stack);
  }
  core.fail = fail;
  core.messageOf = messageOf;

  function succeed(profile) {
    if (decided) return;
    if (leaves && typeof profile === 'string') profile = { url: profile };
    if (profile === undefined || profile === null) {
      settle('nothing', '');
    } else if (typeof profile !== 'object' || isArray(profile)) {
      settle('kind', isArray(profile) ? 'an array' : `a ${typeof profile}`);
    } else {
      let json;
      try {
        json = stringify(profile);
      } catch (error) {
        if (error === null || error instanceof InternalError || error instanceof RangeError) fail(error);
        else settle('json', messageOf(error));
        return;
      }
      if (json === undefined || json[0] !== '{') settle('kind', 'not written as an object');
      else settle('profile', json);
    }
  }

  function callback(error, profile) {
    if (error) fail(error);
    else succeed(profile);
  }

  // Runs a function of the script that nobody of the script called.
  function guard(run, self, args) {
    try {
      return apply(run, self, args);
    } catch (error) {
      fail(error);
      return undefined;
    }
  }
  core.guard = guard;

  // --- Calls that are answered later, and timers.

  const waiting = new Map();
  let soon = [];
  let last = 0;

  core.later = (run, args = []) => void soon.push({ run, args });
  // Sends a call of HTTP; `done(error, reply)` gets what came of it.
  core.send = (call, done) => {
    last += 1;
    const refused = native.send(last, whole(stringify(call)));
    if (refused === '') waiting.set(last, done);
    else core.later(done, [Object.assign(new Error(refused), { code: 'EMSGSIZE' }), undefined]);
  };

  function timer(run, delay, args, again) {
    if (typeof run !== 'function') throw new TypeError('The "callback" argument must be of type function');
    const handle = { live: true, ref: () => handle, unref: () => handle, hasRef: () => true };
    const time = Math.min(Math.max(Number(delay) || 0, 0), 3600000);
    const fire = () => {
      if (!handle.live) return;
      if (again) start();
      else handle.live = false;
      guard(run, undefined, args);
    };
    const start = () => {
      if (time <= 1 && !again) {
        core.later(fire);
        return;
      }
      last += 1;
      handle.id = last;
      waiting.set(last, fire);
      native.sleep(last, Math.ceil(Math.max(time, 1)));
    };
    start();
    return handle;
  }

  function clear(handle) {
    if (handle !== null && typeof handle === 'object' && handle.live) {
      handle.live = false;
      waiting.delete(handle.id);
    }
  }
  core.setTimeout = (run, delay) => timer(run, delay, [], false);
  core.clearTimeout = clear;

  // --- Globals.

  function set(name, value) {
    define(global, name, { value, writable: true, enumerable: false, configurable: true });
  }
  function lazily(name, make) {
    define(global, name, {
      get() {
        const value = make();
        set(name, value);
        return value;
      },
      set: (value) => set(name, value),
      enumerable: false,
      configurable: true,
    });
  }

  set('global', global);
  set('setTimeout', (run, delay, ...args) => timer(run, delay, args, false));
  set('setInterval', (run, delay, ...args) => timer(run, delay, args, true));
  set('setImmediate', (run, ...args) => timer(run, 0, args, false));
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) set(name, clear);
  const microtask = global.queueMicrotask;
  set('queueMicrotask', (run) => microtask(() => guard(run, undefined, [])));
  set('exports', {});
  set('module', { exports: global.exports, id: '.', loaded: false, children: [], paths: [] });
  lazily('console', () => core.piece('console'));
  lazily('request', () => core.piece('request'));
  lazily('_', () => core.piece('lodash'));
  lazily('Buffer', () => core.piece('buffer'));
  for (const name of ['fetch', 'Headers', 'Request', 'Response']) lazily(name, () => core.piece('fetch')[name]);
  for (const name of ['AbortController', 'AbortSignal']) lazily(name, () => core.piece('abort')[name]);
  for (const name of ['URL', 'URLSearchParams']) lazily(name, () => core.piece('url')[name]);
  for (const name of ['atob', 'btoa', 'TextEncoder', 'TextDecoder']) lazily(name, () => core.piece('encoding')[name]);
  set('structuredClone', (value) => core.piece('util').clone(value));

  // --- Modules.

  const modules = {
    assert: 'assert',
    axios: 'axios',
    buffer: () => ({ Buffer: global.Buffer, atob: global.atob, btoa: global.btoa }),
    crypto: 'crypto',
    events: 'events',
    http: () => core.piece('https').module('http:'),
    https: () => core.piece('https').module('https:'),
    'jsonwebtoken': () => core.piece('jwt').jsonwebtoken,
    'jwt-decode': () => core.piece('jwt').jwtDecode,
    lodash: 'lodash',
    'node-fetch': () => core.piece('fetch').module,
    querystring: 'querystring',
    request: 'request',
    'request-promise': () => core.piece('request_promise'),
    'request-promise-native': () => core.piece('request_promise'),
    stream: 'stream',
    timers: () => ({ setTimeout: global.setTimeout, clearTimeout: clear, setImmediate: global.setImmediate }),
    url: () => core.piece('url').module,
    util: 'util',
    uuid: () => ({ v4: () => core.piece('crypto').randomUUID() }),
    zlib: 'zlib',
  };

  set('require', function require(name) {
    if (typeof name !== 'string') throw new TypeError('The "id" argument must be of type string');
    const plain = name.replace(/^node:/, '').replace(/(.)@[^/]*$/, '$1');
    if (Object.hasOwn(modules, plain)) {
      const found = modules[plain];
      return typeof found === 'string' ? core.piece(found) : found();
    }
    const inner = /^lodash[/.](\w+)$/.exec(plain);
    if (inner && typeof core.piece('lodash')[inner[1]] === 'function') return core.piece('lodash')[inner[1]];
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  });
  core.require = global.require;

  // --- The script's function, and what it returns.

  function declared(name) {
    return evaluate(`typeof ${name} === 'function' ? ${name} : undefined`);
  }

  // `completion` is the value of the script as a program; `source` is looked through when nothing else tells.
  function find(completion, source, wanted, arity) {
    const exported = global.module?.exports;
    if (typeof exported === 'function') return exported;
    for (const name of [wanted, 'default']) {
      if (typeof exported?.[name] === 'function') return exported[name];
    }
    const named = declared(wanted);
    if (named !== undefined) return named;
    if (typeof completion === 'function') return completion;
    const names = /^[ \t]*(?:(?:async[ \t]+)?function[ \t]*\*?[ \t]*|(?:const|let|var)[ \t]+)([A-Za-z_$][\w$]*)/gm;
    const functions = [...source.matchAll(names)].map((match) => declared(match[1])).filter((one) => one !== undefined);
    return functions.findLast((one) => one.length === arity) ?? functions.at(-1);
  }

  // Whether the value of an async function is meant as a profile: what belongs to a call under way is not.
  let returned;
  function consider(value) {
    if (value === undefined || value === null || decided) return;
    if (typeof value === 'object' && (core.own?.has(value) ?? false)) return;
    if (waiting.size === 0 && soon.length === 0) succeed(value);
    else if (typeof value === 'object' && !isArray(value)) succeed(value);
    else returned = { value };
  }

  function main(completion, source, inputs) {
    leaves = inputs.query !== undefined;
    const script = leaves ? find(completion, source, 'getLogoutUrl', 2) : find(completion, source, 'fetchUserProfile', 3);
    if (script === undefined) {
      settle('function', '');
      return;
    }
    const { context } = inputs;
    if (!Object.hasOwn(context, 'options')) {
      define(context, 'options', { value: inputs.options, writable: true, enumerable: false, configurable: true });
    }
    const value = guard(script, undefined, leaves ? [inputs.query, callback] : [inputs.accessToken, context, callback]);
    if (value !== null && typeof value === 'object' && typeof value.then === 'function' && !core.own?.has(value)) {
      guard(value.then, value, [consider, fail]);
    }
  }

  // One step of what was put off. `rejected` are reasons of promises that nobody looks at. Says whether there is more.
  function turn(rejected) {
    if (decided) return false;
    const next = soon.shift();
    if (next !== undefined) {
      guard(next.run, undefined, next.args);
      return true;
    }
    if (rejected.length > 0) fail(rejected[0]);
    else if (waiting.size === 0) {
      if (returned !== undefined) succeed(returned.value);
      else settle('never', '');
    }
    return false;
  }

  function answer(id, reply) {
    const done = waiting.get(id);
    waiting.delete(id);
    if (done === undefined) return;
    if (reply?.error !== undefined) {
      guard(done, undefined, [Object.assign(new Error(reply.error), { code: reply.code }), undefined]);
    } else {
      guard(done, undefined, [null, reply]);
    }
  }

  function configure(configuration) {
    set('configuration', Object.freeze(configuration));
  }

  return { configure, main, turn, answer };
});
