// `events`: the emitter under calls and streams.
(function () {
  'use strict';

  class EventEmitter {
    #listeners = new Map();

    on(name, listener) {
      if (typeof listener !== 'function') throw new TypeError('The "listener" argument must be of type function');
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener }]);
      return this;
    }

    once(name, listener) {
      this.on(name, listener);
      this.#listeners.get(name).at(-1).once = true;
      return this;
    }

    off(name, listener) {
      const list = this.#listeners.get(name) ?? [];
      const at = list.findLastIndex((one) => one.listener === listener);
      this.#listeners.set(name, list.filter((one, index) => index !== at));
      return this;
    }

    removeAllListeners(name) {
      if (name === undefined) this.#listeners.clear();
      else this.#listeners.delete(name);
      return this;
    }

    emit(name, ...args) {
      const list = this.#listeners.get(name) ?? [];
      if (list.length === 0 && name === 'error') throw args[0] instanceof Error ? args[0] : new Error(`Unhandled error. (${args[0]})`);
      for (const one of list) {
        if (one.once) this.off(name, one.listener);
        one.listener.apply(this, args);
      }
      return list.length > 0;
    }

    listeners(name) {
      return (this.#listeners.get(name) ?? []).map((one) => one.listener);
    }

    listenerCount(name) {
      return (this.#listeners.get(name) ?? []).length;
    }

    eventNames() {
      return [...this.#listeners.keys()].filter((name) => this.listenerCount(name) > 0);
    }

    setMaxListeners() {
      return this;
    }

    static once(emitter, name) {
      return new Promise((resolve, reject) => {
        emitter.once(name, (...args) => resolve(args));
        if (name !== 'error') emitter.once('error', reject);
      });
    }
  }
  EventEmitter.prototype.addListener = EventEmitter.prototype.on;
  EventEmitter.prototype.removeListener = EventEmitter.prototype.off;
  EventEmitter.EventEmitter = EventEmitter;
  return EventEmitter;
});
