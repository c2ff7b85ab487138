// chunk compact concat countBy difference differenceBy drop dropRight dropWhile each eachRight every all fill filter select find detect findIndex findLast findLastIndex first head flatMap flatten flattenDeep forEach forEachRight groupBy includes contains indexOf initial intersection intersectionBy invokeMap join keyBy last lastIndexOf map collect max maxBy mean min minBy nth orderBy partition pluck pull range reduce foldl inject reduceRight reject remove reverse sample shuffle size slice some any sortBy sum sumBy tail rest take takeRight takeWhile union unionBy uniq unique uniqBy uniqWith unzip where findWhere without xor zip
// The line above names what is here, for `_` to know without evaluating it: the part of lodash that is about lists.
(function (core) {
  'use strict';
  const { isArrayLike, isEqual, iteratee, get } = core.lodash;
  const list = (value) => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value;
    return isArrayLike(value) || typeof value === 'string' ? Array.from(value) : Object.values(value);
  };
  // Values with their names: numbers in a list, members of an object.
  const pairs = (value) => {
    if (value === null || value === undefined) return [];
    return isArrayLike(value) || typeof value === 'string' ? list(value).map((one, at) => [at, one]) : Object.entries(value);
  };
  const same = (a, b) => a === b || (a !== a && b !== b);
  const arrays = (values) => values.filter((one) => isArrayLike(one));

  function map(value, change) {
    const run = iteratee(change);
    return pairs(value).map(([name, one]) => run(one, name, value));
  }

  function filter(value, test) {
    const check = iteratee(test);
    return pairs(value).filter(([name, one]) => check(one, name, value)).map((pair) => pair[1]);
  }

  function find(value, test, from = 0) {
    const check = iteratee(test);
    return pairs(value).find(([name, one], at) => at >= from && check(one, name, value))?.[1];
  }

  function each(value, visit = (one) => one) {
    for (const [name, one] of pairs(value)) if (visit(one, name, value) === false) break;
    return value;
  }

  function eachRight(value, visit = (one) => one) {
    for (const [name, one] of pairs(value).reverse()) if (visit(one, name, value) === false) break;
    return value;
  }

  function reduce(value, step, ...start) {
    const all = pairs(value);
    const first = start.length > 0 ? start[0] : all.shift()?.[1];
    return all.reduce((sum, [name, one]) => step(sum, one, name, value), first);
  }

  function uniqBy(value, key) {
    const run = iteratee(key);
    const seen = new Set();
    return list(value).filter((one) => {
      const name = run(one);
      return !seen.has(name) && seen.add(name) !== undefined;
    });
  }

  function gather(value, key, add) {
    const run = iteratee(key);
    const result = {};
    for (const one of list(value)) {
      const name = run(one);
      result[name] = add(Object.hasOwn(result, name) ? result[name] : undefined, one);
    }
    return result;
  }

  function compare(a, b) {
    if (same(a, b)) return 0;
    // What can not be compared goes last, as in lodash: undefined after null after values.
    const rank = (one) => (one === undefined ? 3 : one === null ? 2 : Number(one !== one));
    return rank(a) - rank(b) || (a < b ? -1 : Number(a > b));
  }

  function orderBy(value, keys = [(one) => one], orders = []) {
    const runs = [keys].flat().map(iteratee);
    const ways = [orders].flat();
    const rows = list(value).map((one) => ({ one, sort: runs.map((run) => run(one)) }));
    rows.sort((a, b) => {
      for (let at = 0; at < runs.length; at += 1) {
        const order = compare(a.sort[at], b.sort[at]);
        if (order !== 0) return ways[at] === 'desc' ? -order : order;
      }
      return 0;
    });
    return rows.map((row) => row.one);
  }

  function extreme(value, key, better) {
    const run = iteratee(key);
    let found;
    for (const one of list(value)) {
      const rank = run(one);
      if (rank !== undefined && rank !== null && rank === rank && (found === undefined || better(rank, found.rank))) found = { one, rank };
    }
    return found?.one;
  }

  const less = (a, b) => a < b;
  const more = (a, b) => a > b;
  const sum = (value, key) => list(value).map(iteratee(key)).reduce((a, b) => a + (b ?? 0), 0);
  const includes = (value, one, from = 0) => {
    if (typeof value === 'string') return value.includes(one, from);
    return list(value).slice(from).some((other) => same(other, one));
  };
  const key = (args) => (typeof args.at(-1) === 'function' || typeof args.at(-1) === 'string' ? iteratee(args.pop()) : iteratee());
  const while_ = (value, test) => list(value).findIndex((one, at) => !iteratee(test)(one, at));

  function shuffle(value) {
    const result = [...list(value)];
    for (let at = result.length - 1; at > 0; at -= 1) {
      const other = Math.floor(Math.random() * (at + 1));
      [result[at], result[other]] = [result[other], result[at]];
    }
    return result;
  }

  function remove(value, test) {
    const check = iteratee(test);
    const gone = value.filter((one, at) => check(one, at));
    const kept = value.filter((one) => !gone.includes(one));
    value.splice(0, value.length, ...kept);
    return gone;
  }

  function range(first, second, step) {
    const [start, end] = second === undefined ? [0, first] : [first, second];
    const by = step ?? (start < end ? 1 : -1);
    return Array.from({ length: Math.max(Math.ceil((end - start) / (by || 1)), 0) }, (_, at) => start + at * by);
  }

  const zip = (...lists) => {
    const length = Math.max(0, ...lists.map((one) => one?.length ?? 0));
    return Array.from({ length }, (_, at) => lists.map((one) => one?.[at]));
  };
  const difference = (value, others, run = iteratee()) => {
    const out = others.flatMap(list).map((one) => run(one));
    return list(value).filter((one) => !out.some((other) => same(other, run(one))));
  };
  const intersection = (lists, run = iteratee()) =>
    uniqBy(arrays(lists)[0] ?? [], run).filter((one) => lists.every((other) => list(other).some((two) => same(run(two), run(one)))));
  const some = (value, test) => pairs(value).some(([name, one]) => iteratee(test)(one, name, value));
  const every = (value, test) => pairs(value).every(([name, one]) => iteratee(test)(one, name, value));

  const result = {
    chunk: (value, size = 1) => range(0, list(value).length, Math.max(size, 1)).map((at) => list(value).slice(at, at + Math.max(size, 1))),
    compact: (value) => list(value).filter(Boolean),
    concat: (...values) => [].concat(...values),
    countBy: (value, by) => gather(value, by, (count = 0) => count + 1),
    difference: (value, ...others) => difference(value, others),
    differenceBy: (value, ...others) => ((run) => difference(value, others, run))(key(others)),
    drop: (value, count = 1) => list(value).slice(Math.max(count, 0)),
    dropRight: (value, count = 1) => list(value).slice(0, Math.max(list(value).length - count, 0)),
    dropWhile: (value, test) => ((at) => (at < 0 ? [] : list(value).slice(at)))(while_(value, test)),
    each,
    eachRight,
    every,
    fill: (value, one, start, end) => value.fill(one, start, end),
    filter,
    find,
    findIndex: (value, test, from = 0) => list(value).findIndex((one, at) => at >= from && iteratee(test)(one, at)),
    findLast: (value, test) => list(value).findLast((one, at) => iteratee(test)(one, at)),
    findLastIndex: (value, test) => list(value).findLastIndex((one, at) => iteratee(test)(one, at)),
    first: (value) => list(value)[0],
    flatMap: (value, change) => map(value, change).flat(),
    flatten: (value) => list(value).flat(),
    flattenDeep: (value) => list(value).flat(Infinity),
    groupBy: (value, by) => gather(value, by, (group = [], one) => [...group, one]),
    includes,
    indexOf: (value, one, from = 0) => list(value).findIndex((other, at) => at >= from && same(other, one)),
    initial: (value) => list(value).slice(0, -1),
    intersection: (...lists) => intersection(lists),
    intersectionBy: (...lists) => ((run) => intersection(lists, run))(key(lists)),
    invokeMap: (value, path, ...args) => list(value).map((one) => (typeof path === 'function' ? path : get(one, path)).apply(one, args)),
    join: (value, separator = ',') => list(value).join(separator),
    keyBy: (value, by) => gather(value, by, (_, one) => one),
    last: (value) => list(value).at(-1),
    lastIndexOf: (value, one) => list(value).lastIndexOf(one),
    map,
    max: (value) => extreme(value, undefined, more),
    maxBy: (value, by) => extreme(value, by, more),
    mean: (value) => sum(value) / list(value).length,
    min: (value) => extreme(value, undefined, less),
    minBy: (value, by) => extreme(value, by, less),
    nth: (value, at = 0) => list(value).at(at),
    orderBy,
    partition: (value, test) => [filter(value, test), filter(value, (...args) => !iteratee(test)(...args))],
    pull: (value, ...out) => (remove(value, (one) => out.some((other) => same(other, one))), value),
    range,
    reduce,
    reduceRight: (value, step, ...start) => reduce([...list(value)].reverse(), step, ...start),
    reject: (value, test) => filter(value, (...args) => !iteratee(test)(...args)),
    remove,
    reverse: (value) => value.reverse(),
    sample: (value) => shuffle(value)[0],
    shuffle,
    size: (value) => (value instanceof Map || value instanceof Set ? value.size : pairs(value).length),
    slice: (value, start, end) => list(value).slice(start, end),
    some,
    sortBy: (value, ...keys) => orderBy(value, keys.length === 0 ? undefined : keys.flat()),
    sum: (value) => sum(value),
    sumBy: sum,
    tail: (value) => list(value).slice(1),
    take: (value, count = 1) => list(value).slice(0, Math.max(count, 0)),
    takeRight: (value, count = 1) => (count > 0 ? list(value).slice(-count) : []),
    takeWhile: (value, test) => ((at) => (at < 0 ? [...list(value)] : list(value).slice(0, at)))(while_(value, test)),
    union: (...lists) => uniqBy(arrays(lists).flat()),
    unionBy: (...lists) => ((run) => uniqBy(arrays(lists).flat(), run))(key(lists)),
    uniq: (value) => uniqBy(value),
    uniqBy,
    uniqWith: (value, equal = isEqual) => list(value).filter((one, at) => list(value).findIndex((other) => equal(other, one)) === at),
    unzip: (value) => zip(...value),
    without: (value, ...out) => list(value).filter((one) => !out.some((other) => same(other, one))),
    xor: (...lists) => uniqBy(lists.flatMap((one, at) => difference(one, lists.filter((_, other) => other !== at)))),
    zip,
  };
  const also = {
    all: 'every', select: 'filter', detect: 'find', head: 'first', forEach: 'each', forEachRight: 'eachRight',
    contains: 'includes', collect: 'map', pluck: 'map', foldl: 'reduce', inject: 'reduce', any: 'some', rest: 'tail', unique: 'uniqBy', where: 'filter', findWhere: 'find',
  };
  for (const [name, other] of Object.entries(also)) result[name] = result[other];
  return result;
});
