//! Cursors: the place of the last row, with a signature, in base64url. Opaque to callers, and checked as data when they come back.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Kind;
use crate::value::Val;

/// Bytes of the signature that are kept: 128 bits.
const TAG: usize = 16;

/// The longest cursor that is looked at, in characters.
const LONGEST: usize = 4096;

/// Signs cursors. Every node of an installation needs the same key.
pub struct CursorKey(hmac::Key);

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey")
    }
}

/// A digest of what a cursor belongs to. Each part is preceded by its length, so that parts cannot run into each other.
pub(super) fn binding(names: &[&str], args: &[Val]) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut part = |kind: u8, bytes: &[u8]| {
        context.update(&[kind]);
        context.update(&bytes.len().to_be_bytes());
        context.update(bytes);
    };
    names.iter().for_each(|name| part(0, name.as_bytes()));
    for arg in args {
        match arg {
            Val::Null => part(1, &[]),
            Val::Int(value) => part(2, &value.to_be_bytes()),
            Val::Text(text) => part(3, text.as_bytes()),
            Val::Blob(blob) => part(4, blob),
        }
    }
    context.finish().as_ref().to_vec()
}

impl CursorKey {
    /// A key of 32 bytes, made for this purpose only.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    fn tag(&self, binding: &[u8], body: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        // The binding has a fixed length, so it cannot run into the body.
        context.update(binding);
        context.update(body);
        context.sign()
    }

    /// `signature | kind | value | id`, where an integer has 8 bytes and a text has its length before it.
    pub(super) fn seal(&self, value: &Val, id: &str, binding: &[u8]) -> String {
        let mut body = Vec::new();
        match value {
            Val::Int(value) => {
                body.push(b'i');
                body.extend_from_slice(&value.to_be_bytes());
            }
            Val::Text(text) => {
                body.push(b't');
                body.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
                body.extend_from_slice(text.as_bytes());
            }
            // Listings sort by columns that are never null; a cursor of this kind is refused when it comes back.
            Val::Null | Val::Blob(_) => body.push(b'?'),
        }
        body.extend_from_slice(id.as_bytes());
        let tag = self.tag(binding, &body);
        let mut cursor = tag.as_ref().get(..TAG).unwrap_or_default().to_vec();
        cursor.append(&mut body);
        URL_SAFE_NO_PAD.encode(cursor)
    }

    /// The sort value and the id, if the cursor is ours, belongs to `binding` and holds a value of `kind`.
    pub(super) fn open(&self, text: &str, binding: &[u8], kind: Kind) -> Option<(Val, Val)> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tag, body) = bytes.split_at_checked(TAG)?;
        let expected = self.tag(binding, body);
        aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_ref().get(..TAG)?, tag).ok()?;
        let (value, id) = match (body.split_first()?, kind) {
            ((b'i', rest), Kind::Int) => {
                let (value, id) = rest.split_first_chunk::<8>()?;
                (Val::Int(i64::from_be_bytes(*value)), id)
            }
            ((b't', rest), Kind::Text) => {
                let (length, rest) = rest.split_first_chunk::<4>()?;
                let (value, id) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
                (Val::from(std::str::from_utf8(value).ok()?), id)
            }
            _ => return None,
        };
        Some((value, Val::from(std::str::from_utf8(id).ok()?)))
    }
}
