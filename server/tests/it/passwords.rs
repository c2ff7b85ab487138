//! Password hashing: the same cost for whoever is not there, bounded concurrency, and limits on what is looked at.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use vestibule::clock::Clock;
use vestibule::entropy::SystemEntropy;
use vestibule::metrics::Metrics;
use vestibule::passwords::{PasswordError, Passwords, Verdict};

fn passwords(concurrent: usize) -> (Passwords, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::default());
    (Passwords::new(concurrent, Arc::clone(&metrics)), metrics)
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[tokio::test]
async fn an_unknown_user_costs_as_much_as_a_wrong_password() {
    let (passwords, _) = passwords(1);
    let stored = passwords.hash(secret("correct horse"), &SystemEntropy).await.unwrap();
    let clock = Clock::System;
    let (mut wrong, mut unknown) = (Duration::MAX, Duration::MAX);
    // The fastest of several tries: a busy machine slows single ones down.
    for _ in 0..7 {
        let begun = clock.reading();
        let verdict = passwords
            .verify(secret("wrong horse"), Some(&stored), &SystemEntropy)
            .await;
        wrong = wrong.min(begun.elapsed());
        assert_eq!(verdict, Ok(Verdict::Wrong));
        let begun = clock.reading();
        let verdict = passwords.verify(secret("wrong horse"), None, &SystemEntropy).await;
        unknown = unknown.min(begun.elapsed());
        assert_eq!(verdict, Ok(Verdict::Wrong));
    }
    let ratio = unknown.as_secs_f64() / wrong.as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "unknown {unknown:?}, wrong {wrong:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_sign_ins_at_once_hash_two_at_a_time() {
    let (passwords, metrics) = passwords(2);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let passwords = passwords.clone();
        // Cheap parameters: what is counted is how many run, not how long they take.
        let stored = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$4JkvgSQ0DyTQ1Wml0B8mWXV3UHCZ0bUJ8DZ1TbWKG0E";
        tasks.spawn(async move { passwords.verify(secret("x"), Some(stored), &SystemEntropy).await });
    }
    while let Some(verdict) = tasks.join_next().await {
        assert_eq!(verdict.unwrap(), Ok(Verdict::Wrong));
        assert!(metrics.password_hashes_running.get() <= 2);
    }
    assert_eq!(
        (
            metrics.password_hashes_running.get(),
            metrics.password_hashes_waiting.get()
        ),
        (0, 0)
    );
}

#[tokio::test]
async fn lengths_have_limits_and_a_flood_is_not_hashed() {
    let (passwords, _) = passwords(1);
    let hash = |text: String| passwords.hash(secret(&text), &SystemEntropy);
    assert_eq!(hash("seven77".to_owned()).await.err(), Some(PasswordError::TooShort));
    assert_eq!(hash("x".repeat(513)).await.err(), Some(PasswordError::TooLong));
    assert!(
        hash("pässwörd".to_owned()).await.is_ok(),
        "characters are counted, not bytes"
    );
    assert!(hash("x".repeat(512)).await.is_ok());
    let flood = passwords
        .verify(secret(&"x".repeat(1_000_000)), None, &SystemEntropy)
        .await;
    assert_eq!(flood, Ok(Verdict::Wrong));
    assert_eq!(
        passwords.verify(secret("x"), Some("not a hash"), &SystemEntropy).await,
        Err(PasswordError::Failed)
    );
    let hungry = "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$4JkvgSQ0DyTQ1Wml0B8mWXV3UHCZ0bUJ8DZ1TbWKG0E";
    assert_eq!(
        passwords.verify(secret("x"), Some(hungry), &SystemEntropy).await,
        Err(PasswordError::Failed),
        "a stored text does not decide how much memory is taken"
    );
}
