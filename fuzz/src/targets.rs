//! The targets, by subject.

mod addresses;
mod authorize;
mod configuration;
mod device;
mod expressions;
mod keys;
mod parameters;
mod profile;
mod redirects;
mod requests;
mod sign_out;
mod token;
mod tokens;
mod upstream;

pub use expressions::use_worker;

use crate::Target;

const fn target(name: &'static str, run: fn(&[u8]) -> crate::Place, words: &'static [&'static str]) -> Target {
    Target { name, run, words }
}

/// Every one of them.
pub(crate) const ALL: &[Target] = &[
    target("parameters", parameters::parameters, parameters::WORDS),
    target("credentials", parameters::credentials, parameters::WORDS),
    target("claims", parameters::claims, parameters::CLAIMS),
    target("profile", profile::profile, profile::WORDS),
    target("addresses", addresses::addresses, addresses::WORDS),
    target("redirects", redirects::redirects, redirects::WORDS),
    target("patterns", redirects::patterns, redirects::PATTERNS),
    target("tokens", tokens::signed, tokens::WORDS),
    target("encrypted_tokens", tokens::encrypted, tokens::WORDS),
    target("keys", keys::public, keys::WORDS),
    target("private_keys", keys::private, keys::WORDS),
    target("authorize", authorize::authorize, authorize::WORDS),
    target("token", token::token, token::WORDS),
    target("device", device::device, device::WORDS),
    target("sign_out", sign_out::sign_out, sign_out::WORDS),
    target("configuration", configuration::configuration, configuration::WORDS),
    target("frames", expressions::frames, expressions::WORDS),
    target("expressions", expressions::expressions, expressions::WORDS),
    target("upstream", upstream::upstream, upstream::WORDS),
    target("requests", requests::requests, requests::WORDS),
];
