//! How long the comparison of a client secret takes says nothing about how much of it was right (RFC 9700, section 2.5;
//! CWE-208).

use std::hint::black_box;
use std::time::{Duration, Instant};

use protocol::client_auth::{Credentials, check_client_authentication, parse_credentials};

use crate::fixtures::{client, params};

/// Long enough that a comparison that ends at the first difference would be many times faster than one that does not.
const LENGTH: usize = 1 << 20;

fn presented(secret: &str) -> Credentials {
    parse_credentials(
        None,
        &params(&[("client_id", "wiki-client"), ("client_secret", secret)]),
    )
    .unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the time that passes is what is tested")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn a_secret_that_is_wrong_at_its_end_takes_as_long_as_one_wrong_at_its_beginning() {
    let secret = "s".repeat(LENGTH);
    let mut client = client();
    client.secrets = vec![secret.clone().into()];
    let wrong = [
        presented(&format!("x{}", &secret[1..])),
        presented(&format!("{}x", &secret[1..])),
    ];
    // The shortest of many alternating runs: what else the machine does only adds.
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..40 {
        for (credentials, shortest) in wrong.iter().zip(&mut shortest) {
            let began = now();
            assert!(check_client_authentication(black_box(&client), black_box(credentials)).is_err());
            *shortest = began.elapsed().min(*shortest);
        }
    }
    let [at_the_beginning, at_the_end] = shortest;
    let quotient = at_the_end.as_secs_f64() / at_the_beginning.as_secs_f64();
    assert!(
        (0.5..2.0).contains(&quotient),
        "{at_the_beginning:?} and {at_the_end:?}"
    );
    assert!(check_client_authentication(&client, &presented(&secret)).is_ok());
}
