//! One test binary for the rules that standards print examples for: a module per RFC or subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod authentication_classes;
mod authorization_responses;
mod authorize_checks;
mod authorize_parameters;
mod cross_check;
mod durations;
mod fixtures;
mod github_words;
mod issued_tokens;
mod jose_forms;
mod jose_hostile;
mod jose_hostile_corpus;
mod jose_properties;
mod jwe_cross_check;
mod jwe_hostile;
mod jwk_forms;
mod logout_tokens;
mod machine_grants;
mod next_step_table;
mod next_steps;
mod openid_hashes;
mod pairwise_subjects;
mod policies;
mod private_keys;
mod redirect_first_use;
mod redirect_pattern_properties;
mod redirect_patterns;
mod redirect_uris;
mod response_types;
mod rfc6749_client_authentication;
mod rfc6749_grants;
mod rfc6749_refresh;
mod rfc7515;
mod rfc7520;
mod rfc7520_encryption;
mod rfc7638;
mod rfc8037;
mod rfc8628;
mod rfc8628_polls;
mod rp_initiated_logout;
mod secret_timing;
mod support;
mod token_contents;
mod upstream_authorize;
mod upstream_changes;
mod upstream_defects;
mod upstream_discovery;
mod upstream_exchange;
mod upstream_habits;
mod upstream_hostile;
mod upstream_linking;
mod upstream_linking_space;
mod upstream_mapping;
mod upstream_oauth1;
mod upstream_profile;
mod upstream_properties;
mod upstream_revocation;
mod upstream_sign_up;
mod upstream_signatures;
mod upstream_support;
mod upstream_token;
mod upstream_userinfo;
mod upstream_vendors;
