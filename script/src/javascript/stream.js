// `stream`: enough of it to read an answer piece by piece, to send it through something, and to collect it.
// What is written is small and already here, so nothing is ever held back.
(function (core) {
  'use strict';
  const EventEmitter = core.piece('events');
  const bytes = core.piece('bytes');
  const buffer = (chunk, encoding) => {
    const { Buffer } = core.require('buffer');
    return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.isBuffer(chunk) ? chunk : Buffer.from(bytes.view(chunk));
  };

  class Stream extends EventEmitter {
    pipe(target) {
      this.on('data', (chunk) => target.write(chunk));
      this.on('end', () => target.end());
      target.emit?.('pipe', this);
      return target;
    }
  }

  class Readable extends Stream {
    #chunks = [];
    #ended = false;
    #flowing = false;
    #paused = false;
    #encoding;
    readable = true;
    destroyed = false;

    constructor(options = {}) {
      super();
      if (typeof options.read === 'function') this._read = options.read;
    }

    push(chunk, encoding) {
      if (chunk === null) this.#ended = true;
      else this.#chunks.push(typeof chunk === 'object' && !ArrayBuffer.isView(chunk) ? chunk : buffer(chunk, encoding));
      if (this.#flowing) this.#flow();
      return true;
    }

    on(name, listener) {
      super.on(name, listener);
      if (name === 'data' || name === 'end') this.resume();
      return this;
    }

    setEncoding(name) {
      this.#encoding = bytes.encoding(name);
      return this;
    }

    resume() {
      this.#paused = false;
      if (!this.#flowing) {
        this.#flowing = true;
        this._read?.();
      }
      this.#flow();
      return this;
    }

    pause() {
      this.#paused = true;
      return this;
    }

    unpipe() {
      return this;
    }

    destroy(error) {
      this.destroyed = true;
      this.#chunks = [];
      if (error) core.later(() => this.emit('error', error));
      core.later(() => this.emit('close'));
      return this;
    }

    // Whoever attaches listeners in one go must have attached all of them before the first is called.
    #flow() {
      core.later(() => {
        if (this.#paused || this.destroyed) return;
        const encoding = this.#encoding;
        if (encoding !== undefined && this.#chunks.length > 0) {
          const text = buffer(core.require('buffer').Buffer.concat(this.#chunks)).toString(encoding);
          this.#chunks = [];
          this.emit('data', text);
        }
        while (this.#chunks.length > 0 && !this.#paused) this.emit('data', this.#chunks.shift());
        if (this.#ended && this.#chunks.length === 0 && this.readable) {
          this.readable = false;
          this.emit('end');
          this.emit('close');
        }
      });
    }

    async *[Symbol.asyncIterator]() {
      const chunks = [];
      await new Promise((resolve, reject) => {
        this.on('error', reject);
        this.on('data', (chunk) => chunks.push(chunk));
        this.on('end', resolve);
      });
      yield* chunks;
    }

    static from(items) {
      const made = new Readable();
      for (const item of typeof items === 'string' ? [items] : items) made.push(item);
      made.push(null);
      return made;
    }
  }

  // What both ways of writing share; `take` gets each chunk, `close` the end.
  function writing(Base) {
    return class extends Base {
      writable = true;

      write(chunk, encoding, done) {
        const after = typeof encoding === 'function' ? encoding : done;
        const name = typeof encoding === 'string' ? encoding : undefined;
        this.take(buffer(chunk, name), name ?? 'buffer', (error) => {
          if (error) this.emit('error', error);
          after?.(error);
        });
        return true;
      }

      end(chunk, encoding, done) {
        if (!this.writable) return this;
        if (typeof chunk === 'function') this.once('finish', chunk);
        else if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
        if (typeof done === 'function') this.once('finish', done);
        this.writable = false;
        this.close((error) => {
          if (error) core.later(() => this.emit('error', error));
          else core.later(() => this.emit('finish'));
        });
        return this;
      }
    };
  }

  class Writable extends writing(Stream) {
    constructor(options = {}) {
      super();
      if (typeof options.write === 'function') this._write = options.write;
      if (typeof options.final === 'function') this._final = options.final;
    }

    take(chunk, encoding, done) {
      this._write(chunk, encoding, done);
    }

    close(done) {
      if (this._final) this._final(done);
      else done();
    }
  }

  class Transform extends writing(Readable) {
    constructor(options = {}) {
      super();
      if (typeof options.transform === 'function') this._transform = options.transform;
      if (typeof options.flush === 'function') this._flush = options.flush;
    }

    take(chunk, encoding, done) {
      this._transform(chunk, encoding, (error, result) => {
        if (!error && result !== undefined && result !== null) this.push(result);
        done(error);
      });
    }

    close(done) {
      const finish = (error, result) => {
        if (!error && result !== undefined && result !== null) this.push(result);
        if (!error) this.push(null);
        done(error);
      };
      if (this._flush) this._flush(finish);
      else finish();
    }
  }

  class PassThrough extends Transform {
    _transform(chunk, encoding, done) {
      done(null, chunk);
    }
  }

  function pipeline(...parts) {
    const done = typeof parts.at(-1) === 'function' ? parts.pop() : () => {};
    for (const part of parts) part.on('error', done);
    parts.at(-1).on('finish', () => done());
    return parts.reduce((from, to) => from.pipe(to));
  }

  return Object.assign(Stream, { Stream, Readable, Writable, Transform, Duplex: Transform, PassThrough, pipeline });
});
