// `console`: lines for whoever looks at the trial of a script or at its log. A text is taken as it is; everything else is
// described by the piece `inspect`.
(function (core) {
  'use strict';
  const log = (level) => (...values) => {
    const plain = values.length === 1 && typeof values[0] === 'string';
    core.native.log(level, (plain ? values[0] : core.piece('inspect').format(values)).toWellFormed());
  };
  const timers = new Map();
  const counts = new Map();
  const info = log('info');
  return {
    log: info,
    info,
    dir: (value) => info(value),
    table: info,
    group: info,
    groupCollapsed: info,
    groupEnd() {},
    debug: log('debug'),
    trace: log('debug'),
    warn: log('warning'),
    error: log('error'),
    assert(condition, ...values) {
      if (!condition) log('error')('Assertion failed:', ...values);
    },
    count(label = 'default') {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      info(`${label}: ${counts.get(label)}`);
    },
    time: (label = 'default') => void timers.set(label, Date.now()),
    timeEnd: (label = 'default') => info(`${label}: ${Date.now() - (timers.get(label) ?? Date.now())}ms`),
  };
});
