// `assert`: the checks that a script states about an answer.
(function (core) {
  'use strict';

  class AssertionError extends Error {
    name = 'AssertionError';
    code = 'ERR_ASSERTION';
  }

  function check(holds, message, usual) {
    if (!holds) throw message instanceof Error ? message : new AssertionError(message ?? usual);
  }

  const equal = (a, b) => core.piece('lodash').isEqual(a, b);
  const assert = (value, message) => check(value, message, 'The expression evaluated to a falsy value');
  return Object.assign(assert, {
    AssertionError,
    ok: assert,
    equal: (a, b, message) => check(a == b, message, `${a} == ${b}`),
    notEqual: (a, b, message) => check(a != b, message, `${a} != ${b}`),
    strictEqual: (a, b, message) => check(Object.is(a, b), message, `Expected values to be strictly equal: ${a} !== ${b}`),
    notStrictEqual: (a, b, message) => check(!Object.is(a, b), message, `Expected values to be different: ${a}`),
    deepEqual: (a, b, message) => check(equal(a, b), message, 'Expected values to be deeply equal'),
    deepStrictEqual: (a, b, message) => check(equal(a, b), message, 'Expected values to be deeply equal'),
    fail(message) {
      check(false, message, 'Failed');
    },
  });
});
