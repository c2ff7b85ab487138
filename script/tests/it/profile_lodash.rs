//! `_` (B-9.21): what it gives, against what lodash gives.

use serde_json::json;

use crate::profile_setting::expect;

#[test]
fn b_9_21_lodash_paths_and_objects() {
    expect(&[
        ("_.get({ a: [{ b: { c: 3 } }] }, 'a[0].b.c')", json!(3)),
        (
            "_.get({ a: null }, 'a.b.c', 'none') + _.get(undefined, 'x', '!')",
            json!("none!"),
        ),
        (
            "_.get({ 'a.b': 1 }, 'a.b') + _.get({ a: { 'x y': 2 } }, 'a[\"x y\"]')",
            json!(3),
        ),
        (
            "[_.has({ a: { b: undefined } }, 'a.b'), _.has({}, 'a.b')]",
            json!([true, false]),
        ),
        ("_.set({}, 'a.b[0].c', 1)", json!({ "a": { "b": [{ "c": 1 }] } })),
        (
            "(_.set({}, '__proto__.bad', 1), _.merge({}, JSON.parse('{\"__proto__\":{\"bad\":1}}')), typeof ({}).bad)",
            json!("undefined"),
        ),
        (
            "_.pick({ a: 1, b: 2, c: { d: 3, e: 4 } }, ['a', 'c.d'])",
            json!({ "a": 1, "c": { "d": 3 } }),
        ),
        ("_.omit({ a: 1, b: 2, c: 3 }, 'a', ['b'])", json!({ "c": 3 })),
        ("_.pickBy({ a: 1, b: null, c: 0 })", json!({ "a": 1 })),
        ("_.omitBy({ a: 1, b: null, c: undefined }, _.isNil)", json!({ "a": 1 })),
        (
            "_.merge({ a: { b: 1 }, l: [1, 2] }, { a: { c: 2 }, l: [3] }, null)",
            json!({ "a": { "b": 1, "c": 2 }, "l": [3, 2] }),
        ),
        (
            "_.assign({ a: 1 }, { b: 2 }) && _.extend({ a: 1 }, { a: 2 })",
            json!({ "a": 2 }),
        ),
        ("_.defaults({ a: 1 }, { a: 2, b: 3 })", json!({ "a": 1, "b": 3 })),
        (
            "_.defaultsDeep({ a: { b: 1 } }, { a: { b: 2, c: 3 } })",
            json!({ "a": { "b": 1, "c": 3 } }),
        ),
        (
            "[_.keys({ a: 1 }), _.values({ a: 1 }), _.toPairs({ a: 1 })]",
            json!([["a"], [1], [["a", 1]]]),
        ),
        ("_.mapValues({ a: { n: 1 } }, 'n')", json!({ "a": 1 })),
        ("_.mapKeys({ a: 1 }, (v, k) => k + v)", json!({ "a1": 1 })),
        ("_.invert({ a: 'x' })", json!({ "x": "a" })),
        ("_.cloneDeep({ a: [1, { b: 2 }] })", json!({ "a": [1, { "b": 2 }] })),
        ("_.findKey({ a: 1, b: 2 }, (v) => v === 2)", json!("b")),
        ("_.zipObject(['a', 'b'], [1, 2])", json!({ "a": 1, "b": 2 })),
        ("_.result({ a: () => 7 }, 'a')", json!(7)),
        (
            "(() => { const o = { a: { b: 1, c: 2 } }; _.unset(o, 'a.b'); return o; })()",
            json!({ "a": { "c": 2 } }),
        ),
    ]);
}

#[test]
fn b_9_21_lodash_lists() {
    let people = "[{ n: 'b', age: 2, on: true }, { n: 'a', age: 1, on: false }, { n: 'c', age: 2, on: true }]";
    let of = |call: &str| format!("((people) => {call})({people})");
    let cases = [
        ("_.map(people, 'n')", json!(["b", "a", "c"])),
        ("_.map({ a: 1, b: 2 }, (v, k) => k + v)", json!(["a1", "b2"])),
        (
            "_.find(people, { age: 1 }).n + _.find(people, ['n', 'c']).age + _.find(people, 'on').n",
            json!("a2b"),
        ),
        (
            "_.filter(people, 'on').length + _.reject(people, 'on').length",
            json!(3),
        ),
        ("_.sortBy(people, 'n').map((p) => p.n)", json!(["a", "b", "c"])),
        (
            "_.orderBy(people, ['age', 'n'], ['desc', 'asc']).map((p) => p.n)",
            json!(["b", "c", "a"]),
        ),
        (
            "_.mapValues(_.groupBy(people, 'age'), 'length')",
            json!({ "1": 1, "2": 2 }),
        ),
        ("_.keyBy(people, 'n').a.age", json!(1)),
        ("_.countBy(people, 'on')", json!({ "true": 2, "false": 1 })),
        (
            "_.reduce(people, (sum, p) => sum + p.age, 0) + _.sumBy(people, 'age')",
            json!(10),
        ),
        (
            "(() => { let n = 0; _.forEach(people, (p) => { n += 1; return n < 2; }); _.each({ a: 5 }, (v) => { n += v; }); return n; })()",
            json!(7),
        ),
        (
            "[_.first([1, 2]), _.head([1]), _.last([1, 2]), _.nth([1, 2, 3], -2), _.first([]) === undefined]",
            json!([1, 1, 2, 2, true]),
        ),
        (
            "[_.uniq([1, 1, 2]), _.uniqBy(people, 'age').length, _.union([1], [1, 2]), _.intersection([1, 2], [2, 3]), _.difference([1, 2], [2])]",
            json!([[1, 2], 2, [1, 2], [2], [1]]),
        ),
        (
            "[_.flatten([1, [2, [3]]]), _.flattenDeep([1, [2, [3]]]), _.compact([0, 1, '', null]), _.without([1, 2, 3], 2)]",
            json!([[1, 2, [3]], [1, 2, 3], [1], [1, 3]]),
        ),
        (
            "[_.includes([1, 2], 2), _.includes('abc', 'b'), _.includes({ a: 1 }, 1), _.some(people, 'on'), _.every(people, 'on')]",
            json!([true, true, true, true, false]),
        ),
        (
            "[_.chunk([1, 2, 3], 2), _.take([1, 2, 3], 2), _.drop([1, 2, 3]), _.zip([1], [2]), _.range(1, 4)]",
            json!([[[1, 2], [3]], [1, 2], [2, 3], [[1, 2]], [1, 2, 3]]),
        ),
        (
            "[_.maxBy(people, 'age').n, _.min([3, 1]), _.sum([1, 2]), _.size({ a: 1 }), _.findIndex(people, { n: 'a' }), _.indexOf([1, 2], 2)]",
            json!(["b", 1, 3, 1, 1, 1]),
        ),
        ("_.partition([1, 2, 3], (n) => n > 1)", json!([[2, 3], [1]])),
        ("_.chain(people).filter('on').map('n').join('+').value()", json!("b+c")),
        ("_(people).map('age').uniq().value()", json!([2, 1])),
        ("_.map(null) + _.filter(undefined) + _.uniq(null)", json!("")),
    ];
    let written: Vec<_> = cases
        .iter()
        .map(|(call, expected)| (of(call), expected.clone()))
        .collect();
    expect(
        &written
            .iter()
            .map(|(call, expected)| (call.as_str(), expected.clone()))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn b_9_21_lodash_tests_and_texts() {
    expect(&[
        (
            "[{}, [], '', null, 0, new Map(), { a: 1 }, 'x'].map((v) => _.isEmpty(v))",
            json!([true, true, true, true, true, true, false, false]),
        ),
        (
            "[_.isString('x'), _.isNumber(1), _.isBoolean(false), _.isArray([]), _.isObject([]), _.isPlainObject([]), _.isFunction(_), _.isNil(undefined), _.isUndefined(null), _.isNull(null), _.isDate(new Date()), _.isNaN(NaN)]",
            json!([true, true, true, true, true, false, true, true, false, true, true, true]),
        ),
        (
            "_.isEqual({ a: [1, { b: new Date(0) }] }, { a: [1, { b: new Date(0) }] }) && !_.isEqual({ a: 1 }, { a: 1, b: 2 })",
            json!(true),
        ),
        (
            "[_.camelCase('foo-bar baz'), _.snakeCase('fooBar'), _.kebabCase('Foo Bar'), _.startCase('fooBar'), _.upperFirst('ab'), _.capitalize('ABC'), _.lowerCase('fooBar')]",
            json!(["fooBarBaz", "foo_bar", "foo-bar", "Foo Bar", "Ab", "Abc", "foo bar"]),
        ),
        (
            "[_.trim('  a '), _.trim('-a-', '-'), _.padStart('1', 3, '0'), _.truncate('abcdefgh', { length: 5 }), _.startsWith('abc', 'ab'), _.deburr('Ä')]",
            json!(["a", "a", "001", "ab...", true, "A"]),
        ),
        (
            "[_.escape('<a&b>'), _.unescape('&lt;'), _.toLower('A'), _.words('one two').length, _.template('hi <%= a.b %>')({ a: { b: 'jo' } })]",
            json!(["&lt;a&amp;b&gt;", "<", "a", 2, "hi jo"]),
        ),
        (
            "require('lodash') === _ && require('lodash@4.17.10').VERSION",
            json!("4.17"),
        ),
        ("require('lodash/get')({ a: 1 }, 'a')", json!(1)),
        (
            "[_.times(3), _.defaultTo(null, 1), _.castArray(1), _.toArray({ a: 1 }), _.flow((x) => x + 1, String)(1)]",
            json!([[0, 1, 2], 1, [1], [1], "2"]),
        ),
    ]);
}
