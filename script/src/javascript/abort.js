// `AbortController` and `AbortSignal`, so that a call can be given up by the script.
(function (core) {
  'use strict';
  const raise = Symbol('raise');

  function fault(name, message) {
    return Object.assign(new Error(message), { name, code: name === 'AbortError' ? 20 : 23 });
  }

  class AbortSignal {
    #listeners = [];
    aborted = false;
    reason = undefined;
    onabort = null;

    [raise](reason) {
      if (this.aborted) return;
      this.aborted = true;
      this.reason = reason ?? fault('AbortError', 'This operation was aborted');
      const event = { type: 'abort', target: this };
      for (const listener of [this.onabort, ...this.#listeners]) if (typeof listener === 'function') listener.call(this, event);
    }

    addEventListener(name, listener) {
      if (name === 'abort') this.#listeners.push(listener);
    }

    removeEventListener(name, listener) {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    }

    throwIfAborted() {
      if (this.aborted) throw this.reason;
    }

    static abort(reason) {
      const signal = new AbortSignal();
      signal[raise](reason);
      return signal;
    }

    static timeout(millis) {
      const signal = new AbortSignal();
      core.setTimeout(() => signal[raise](fault('TimeoutError', 'The operation was aborted due to timeout')), millis);
      return signal;
    }
  }

  class AbortController {
    signal = new AbortSignal();

    abort(reason) {
      this.signal[raise](reason);
    }
  }

  return { AbortController, AbortSignal };
});
