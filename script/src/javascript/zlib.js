// `zlib`: gzip, deflate and raw deflate, unpacked and packed by the worker.
(function (core) {
  'use strict';
  const bytes = core.piece('bytes');
  const { Transform } = core.piece('stream');

  function convert(name, kind) {
    return (value) => {
      const raw = core.native[name](bytes.binary(bytes.view(value, 'buffer')), kind);
      return core.require('buffer').Buffer.from(raw.buffer);
    };
  }

  const WAYS = {
    Gunzip: convert('unpack', 'gzip'),
    Inflate: convert('unpack', 'zlib'),
    InflateRaw: convert('unpack', 'raw'),
    Unzip: convert('unpack', 'any'),
    Gzip: convert('pack', 'gzip'),
    Deflate: convert('pack', 'zlib'),
    DeflateRaw: convert('pack', 'raw'),
  };

  const module = { constants: {} };
  for (const [name, way] of Object.entries(WAYS)) {
    const plain = name[0].toLowerCase() + name.slice(1);
    module[`${plain}Sync`] = way;
    module[plain] = (value, options, done) => {
      const callback = typeof options === 'function' ? options : done;
      core.later(() => {
        let result;
        try {
          result = way(value);
        } catch (error) {
          callback(error);
          return;
        }
        callback(null, result);
      });
    };
    module[`create${name}`] = () => {
      const chunks = [];
      return new Transform({
        transform(chunk, encoding, done) {
          chunks.push(chunk);
          done();
        },
        flush(done) {
          let result;
          try {
            result = way(core.require('buffer').Buffer.concat(chunks));
          } catch (error) {
            done(error);
            return;
          }
          done(null, result);
        },
      });
    };
  }
  return module;
});
