//! Gives the target that `VESTIBULE_FUZZ` names to libFuzzer.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    static TARGET: OnceLock<&'static fuzz::Target> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        if let Some(worker) = std::env::var_os("VESTIBULE_FUZZ_WORKER") {
            fuzz::targets::use_worker(worker.into());
        }
        let name = std::env::var("VESTIBULE_FUZZ").unwrap_or_default();
        fuzz::find(&name).unwrap_or_else(|| {
            let known: Vec<&str> = fuzz::targets().iter().map(|target| target.name).collect();
            panic!("VESTIBULE_FUZZ must name a target: {}", known.join(" "))
        })
    });
    (target.run)(input);
});
