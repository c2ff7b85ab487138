//! Every limit, and the attacks that the interpreter was chosen by. None of them ends a worker unless it says so.

use script::{Expression, Job, Limits, RunFault};

use crate::setting::{FakeHost, MAPPING, PATIENT, POLICY, block_on, inputs, run, value, workers};

fn limited(source: &str, limits: Limits) -> Result<script::Ran, RunFault> {
    let mut job = Job::new(Expression::new(POLICY, source), "limited");
    job.limits = limits;
    block_on(workers().run(job, &inputs(), &FakeHost::default()))
}

fn fault(source: &str) -> RunFault {
    limited(source, PATIENT).expect_err(source)
}

#[test]
fn time_ends_a_loop_also_inside_of_try() {
    let quick = Limits {
        run_millis: 50,
        ..PATIENT
    };
    for source in [
        "while True:\n    pass",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n    finally:\n        pass",
        "def f():\n    try:\n        while True: pass\n    except Exception:\n        f()\nf()",
        "return sum(i for i in range(10**12))",
        "return [x for x in range(10**12) if x < 0]",
        "return sorted([3, 1, 2] * 1000, key=lambda x: [y for y in range(10**9) if y < 0])",
    ] {
        assert_eq!(limited(source, quick), Err(RunFault::Timeout(50)), "{source}");
    }
}

#[test]
fn memory_ends_growth() {
    for source in [
        "a = []\nwhile True:\n    a.append(str(len(a)) * 10)",
        "a = [0]\nwhile True:\n    a += a",
        "a = 'x'\nwhile True:\n    a = a + a",
        "d = {}\nwhile True:\n    d[len(d)] = [len(d)]",
        "try:\n    a = []\n    while True:\n        a.append('x' * 1000 + str(len(a)))\nexcept MemoryError:\n    return 1",
    ] {
        assert_eq!(fault(source), RunFault::Memory(PATIENT.memory_bytes), "{source}");
    }
}

#[test]
fn a_huge_value_is_refused_before_it_is_there() {
    for source in [
        "return 'a' * 10**9",
        "return [0] * 10**9",
        "return 2**10**8",
        "return 9**9**9",
        "return 'a'.ljust(10**9)",
        "return f'{1:{10**9}}'",
        "return ('a' * 100000).replace('a', 'b' * 100000)",
        "return ('x' * 100000).join(['y'] * 100000)",
        "return 1 << 10**10",
    ] {
        let result = limited(source, PATIENT);
        assert!(
            matches!(result, Err(RunFault::Memory(_) | RunFault::Exception(_))),
            "{source}: {result:?}"
        );
    }
}

#[test]
fn recursion_ends() {
    for source in [
        "def f(n):\n    return f(n + 1)\nreturn f(0)",
        "f = lambda n: f(n + 1)\nreturn f(0)",
        "def f(x):\n    return sorted([1, 2], key=f)\nreturn f(1)",
        "def a():\n    return b()\ndef b():\n    return a()\nreturn a()",
    ] {
        assert_eq!(fault(source), RunFault::Recursion(PATIENT.recursion), "{source}");
    }
    assert_eq!(
        value(
            "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\ntry:\n    return f(1000)\nexcept RecursionError:\n    return f(50)"
        ),
        50
    );
}

#[test]
fn a_deep_value_is_dropped_and_not_returned() {
    assert_eq!(value("a = []\nfor i in range(100000):\n    a = [a]\nreturn 1"), 1);
    let result = run(MAPPING, "a = []\nfor i in range(1000):\n    a = [a]\nreturn a");
    assert!(matches!(result, Err(RunFault::NotJson(_))), "{result:?}");
    let result = run(MAPPING, "a = []\na.append(a)\nreturn a");
    assert!(matches!(result, Err(RunFault::NotJson(_))), "{result:?}");
}

#[test]
fn patterns_take_linear_time() {
    let quick = Limits {
        run_millis: 500,
        ..PATIENT
    };
    let source = "return regex_match('a' * 50000 + 'b', '^(a+)+$')";
    assert!(!limited(source, quick).unwrap().truthy);
}

#[test]
fn calls_to_the_server_are_counted() {
    let few = Limits {
        host_calls: 3,
        ..PATIENT
    };
    let asking = |n: usize| format!("for i in range({n}):\n    resolve_dns('a')\nreturn True");
    assert!(limited(&asking(3), few).unwrap().truthy);
    assert_eq!(limited(&asking(4), few), Err(RunFault::HostCalls(3)));
    let caught = "while True:\n    try:\n        resolve_dns('a')\n    except BaseException:\n        pass";
    assert_eq!(limited(caught, few), Err(RunFault::HostCalls(3)));
}

#[test]
fn a_source_has_a_length() {
    let short = Limits {
        source_bytes: 20,
        ..PATIENT
    };
    assert!(limited("return True #6789012", short).unwrap().truthy);
    assert_eq!(
        limited("return True #67890123", short),
        Err(RunFault::SourceTooLong(20))
    );
}

#[test]
fn a_result_has_a_size() {
    let most = PATIENT.result_bytes;
    assert_eq!(value("return 'a' * 200000").as_str().map(str::len), Some(200_000));
    let fault = run(MAPPING, "return ['a' * 200000, 'b' * 200000]");
    assert_eq!(fault, Err(RunFault::ResultTooLarge(most)));
}

#[test]
fn logs_and_messages_are_cut() {
    let ran = run(
        POLICY,
        "for i in range(1000):\n    print('x' * 1000)\n    ak_message('y' * 5000)\nreturn True",
    )
    .unwrap();
    let logged: usize = ran.logs.iter().map(|line| line.text.len()).sum();
    assert!(logged < 20_000, "{logged}");
    assert_eq!(ran.messages.len(), 50);
    assert!(ran.messages.iter().all(|message| message.len() == 1_000));
}

#[test]
fn what_is_no_json_is_said() {
    for (source, part) in [
        ("return b'x'", "bytes"),
        ("return user", "User"),
        ("return float('nan')", "NaN"),
        ("return 10**30", "64 bits"),
        ("return {('a', 1): 2}", "key"),
        ("return lambda: 1", "type"),
    ] {
        match run(MAPPING, source) {
            Err(RunFault::NotJson(kind)) => assert!(kind.contains(part), "{source}: {kind}"),
            other => panic!("{source}: {other:?}"),
        }
    }
    assert!(run(POLICY, "return user").unwrap().truthy, "a policy is its truth");
    assert_eq!(
        value("return [{1, 1}, (1, 2), {1: None, None: 2}]"),
        serde_json::json!([[1], [1, 2], { "1": null, "null": 2 }])
    );
}
