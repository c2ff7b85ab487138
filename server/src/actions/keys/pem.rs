//! PEM (RFC 7468): reading one private key, and writing blocks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::jose::{JoseError, PrivateKey, PrivateKeyForm};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use crate::actions::outcome::FieldError;

/// Longer than any private key.
const LONGEST: usize = 64 * 1024;

/// A block of this label.
#[must_use]
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// Reads the one private key in a text. What is wrong is said without a part of it.
pub(super) fn read_private_key(text: &str) -> Result<PrivateKey, FieldError> {
    let wrong = |message: &str| FieldError::invalid("private_key", message);
    if text.len() > LONGEST {
        return Err(FieldError::new(
            "private_key",
            "too_long",
            "This is longer than any private key.",
        ));
    }
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(wrong(
            "The key is protected by a password. Take the password off first: `openssl pkey -in key.pem -out plain.pem`.",
        ));
    }
    if text.contains("BEGIN OPENSSH PRIVATE KEY") {
        return Err(wrong("This is a key in the form of OpenSSH; write it as PKCS#8."));
    }
    if text.matches("-----BEGIN ").count() > 1 && text.matches("PRIVATE KEY-----").count() != 2 {
        return Err(wrong(
            "There must be one private key; put certificates into `certificate`.",
        ));
    }
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| {
        wrong("This is not a private key in PEM: `-----BEGIN PRIVATE KEY-----`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`.")
    })?;
    let form = match &key {
        PrivateKeyDer::Pkcs8(_) => PrivateKeyForm::Pkcs8,
        PrivateKeyDer::Pkcs1(_) => PrivateKeyForm::Pkcs1,
        PrivateKeyDer::Sec1(_) => PrivateKeyForm::Sec1,
        _ => return Err(wrong("This form of a private key is not supported.")),
    };
    PrivateKey::read(form, key.secret_der()).map_err(|error| match error {
        JoseError::WeakKey => FieldError::new("private_key", "too_weak", "An RSA key needs at least 2048 bits."),
        _ => wrong("The key is broken, or of a kind that is not supported: RSA, P-256, P-384, P-521, Ed25519, X25519."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for len in [0, 1, 47, 48, 49, 1000] {
            let der = vec![7; len];
            let text = write("CERTIFICATE", &der);
            assert!(text.lines().all(|line| line.len() <= 64), "{text}");
            let read = rustls_pki_types::CertificateDer::from_pem_slice(text.as_bytes()).unwrap();
            assert_eq!(read.as_ref(), der);
        }
    }
}
