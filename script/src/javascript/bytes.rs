//! Text and bytes in the encodings of `Buffer`, and packing. A script hands bytes over as text whose characters stand for one
//! byte each, for the interpreter offers no other safe way to read them.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// The largest result of unpacking, in bytes: what a script could get from another server in one answer, several times.
const MOST: u64 = 4 * 1024 * 1024;

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG.with_encode_padding(false));
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Characters up to U+00FF as bytes; what is beyond loses its upper bits, as in `Buffer`.
pub(super) fn from_binary(text: &str) -> Vec<u8> {
    text.chars().map(low).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the upper bits are to be lost")]
const fn low(character: char) -> u8 {
    character as u32 as u8
}

/// Text of an encoding as bytes. What is not valid ends the result, as in `Buffer`.
pub(super) fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "latin1" => from_binary(text),
        "hex" => {
            let digits: Vec<_> = text.chars().map_while(|digit| digit.to_digit(16)).collect();
            let pairs = digits.chunks_exact(2);
            pairs
                .filter_map(|pair| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit)).ok())
                .collect()
        }
        "base64" | "base64url" => {
            let mut plain: String = text
                .chars()
                .take_while(|c| *c != '=')
                .filter(char::is_ascii_graphic)
                .collect();
            plain = plain.replace('-', "+").replace('_', "/");
            plain.retain(|c| c.is_ascii_alphanumeric() || c == '+' || c == '/');
            if plain.len() % 4 == 1 {
                plain.pop();
            }
            STANDARD.decode(plain).unwrap_or_default()
        }
        "utf16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// Bytes as text of an encoding.
pub(super) fn decode(bytes: Vec<u8>, encoding: &str) -> String {
    match encoding {
        "latin1" => bytes.into_iter().map(char::from).collect(),
        "hex" => bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|half| char::from_digit(half.into(), 16))
            .collect(),
        "base64" => STANDARD.encode(bytes),
        "base64url" => URL_SAFE.encode(bytes),
        "utf16le" => {
            let units: Vec<_> = bytes
                .chunks_exact(2)
                .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// Unpacks `gzip`, `zlib`, `raw`, `deflate` (either of the last two) or `any`.
pub(super) fn unpack(bytes: &[u8], kind: &str) -> Result<Vec<u8>, String> {
    let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
    // The first byte of zlib names the method; "deflate" of HTTP is that or the same without a frame.
    let is_zlib = bytes.first().is_some_and(|first| first & 15 == 8) && !is_gzip;
    match kind {
        "gzip" => read(MultiGzDecoder::new(bytes)),
        "any" if is_gzip => read(MultiGzDecoder::new(bytes)),
        "zlib" | "any" => read(ZlibDecoder::new(bytes)),
        "deflate" if is_zlib => read(ZlibDecoder::new(bytes)),
        _ => read(DeflateDecoder::new(bytes)),
    }
}

fn read(decoder: impl Read) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    decoder
        .take(MOST + 1)
        .read_to_end(&mut plain)
        .map_err(|_| "incorrect header check".to_owned())?;
    if u64::try_from(plain.len()).is_ok_and(|size| size > MOST) {
        return Err(format!("unpacked there are more than {MOST} bytes"));
    }
    Ok(plain)
}

/// Packs as `gzip`, `zlib` or `raw`.
pub(super) fn pack(bytes: &[u8], kind: &str) -> Result<Vec<u8>, String> {
    let level = Compression::default();
    let packed = match kind {
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).and_then(|()| encoder.finish())
        }
        "zlib" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).and_then(|()| encoder.finish())
        }
        _ => {
            let mut encoder = DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).and_then(|()| encoder.finish())
        }
    };
    packed.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_lead_there_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        for encoding in ["latin1", "hex", "base64", "base64url"] {
            assert_eq!(encode(&decode(bytes.clone(), encoding), encoding), bytes, "{encoding}");
        }
        assert_eq!(decode(encode("zwölf 12 €", "utf16le"), "utf16le"), "zwölf 12 €");
        assert_eq!(encode("ä", "utf8"), [0xc3, 0xa4]);
        assert_eq!(decode(vec![0xff, b'a'], "utf8"), "\u{fffd}a");
        assert_eq!(from_binary("\u{e4}"), [0xe4]);
    }

    #[test]
    fn broken_text_is_read_as_far_as_it_goes() {
        assert_eq!(encode("aGk", "base64"), b"hi");
        assert_eq!(encode("aGk=", "base64url"), b"hi");
        assert_eq!(encode("aG\nk=junk", "base64"), b"hi");
        assert_eq!(encode("_-8", "base64"), [0xff, 0xef]);
        assert_eq!(encode("68 69", "hex"), b"h");
        assert_eq!(encode("689", "hex"), b"h");
    }

    #[test]
    fn what_is_packed_is_unpacked_up_to_a_size() {
        for (packing, unpacking) in [
            ("gzip", "gzip"),
            ("gzip", "any"),
            ("zlib", "any"),
            ("zlib", "deflate"),
            ("raw", "deflate"),
        ] {
            let packed = pack(b"the same", packing).unwrap();
            assert_eq!(
                unpack(&packed, unpacking).unwrap(),
                b"the same",
                "{packing} {unpacking}"
            );
        }
        assert!(unpack(b"no gzip", "gzip").is_err());
        let bomb = pack(&vec![0; 5 * 1024 * 1024], "gzip").unwrap();
        assert!(unpack(&bomb, "gzip").unwrap_err().contains("4194304"));
    }
}
