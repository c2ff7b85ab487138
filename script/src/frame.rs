//! Frames on the pipe between the server and a worker: a length of four bytes, most significant first, then that many
//! bytes of JSON. A frame has a largest size, so that neither side can make the other allocate without bound.

use std::io::{ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest frame, in bytes: room for a profile of 1 MiB and its surroundings.
pub const MOST: usize = 4 * 1024 * 1024;

/// Why a frame was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side closed the pipe between two frames.
    #[error("the pipe is closed")]
    Closed,
    /// The pipe broke inside a frame.
    #[error("the pipe broke: {0}")]
    Broken(#[from] std::io::Error),
    /// The frame is larger than [`MOST`].
    #[error("a frame of {0} bytes is too large")]
    TooLarge(usize),
    /// The frame does not hold what was expected.
    #[error("a frame could not be understood: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Writes one frame and flushes it.
///
/// # Errors
/// [`FrameError::TooLarge`], [`FrameError::Malformed`] when the value is no JSON, [`FrameError::Broken`].
pub fn write_frame(pipe: &mut impl Write, value: &impl Serialize) -> Result<(), FrameError> {
    pipe.write_all(&encode(value)?)?;
    pipe.flush()?;
    Ok(())
}

/// One frame as bytes, for a pipe that is written to in another way.
///
/// # Errors
/// [`FrameError::TooLarge`], [`FrameError::Malformed`] when the value is no JSON.
pub fn encode(value: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, value)?;
    let size = frame.len() - 4;
    let length = u32::try_from(size).ok().filter(|_| size <= MOST);
    let length = length.ok_or(FrameError::TooLarge(size))?;
    if let Some(head) = frame.first_chunk_mut() {
        *head = length.to_be_bytes();
    }
    Ok(frame)
}

/// Reads one frame. Nothing is allocated for a frame that is too large.
///
/// # Errors
/// [`FrameError::Closed`] at a clean end, otherwise as the variants say.
pub fn read_frame<T: DeserializeOwned>(pipe: &mut impl Read) -> Result<T, FrameError> {
    let mut length = [0u8; 4];
    let mut filled = 0;
    while filled < length.len() {
        match pipe.read(&mut length[filled..]) {
            Ok(0) if filled == 0 => return Err(FrameError::Closed),
            Ok(0) => return Err(FrameError::Broken(ErrorKind::UnexpectedEof.into())),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > MOST {
        return Err(FrameError::TooLarge(length));
    }
    let mut body = vec![0u8; length];
    pipe.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_follow_one_another() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, &serde_json::json!({ "a": 1 })).unwrap();
        write_frame(&mut pipe, &"two").unwrap();
        let mut reader = pipe.as_slice();
        assert_eq!(
            read_frame::<serde_json::Value>(&mut reader).unwrap(),
            serde_json::json!({ "a": 1 })
        );
        assert_eq!(read_frame::<String>(&mut reader).unwrap(), "two");
        assert!(matches!(read_frame::<String>(&mut reader), Err(FrameError::Closed)));
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_anything_is_allocated() {
        let mut reader: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0];
        assert!(matches!(
            read_frame::<String>(&mut reader),
            Err(FrameError::TooLarge(_))
        ));
        let large = "x".repeat(MOST);
        assert!(matches!(
            write_frame(&mut Vec::new(), &large),
            Err(FrameError::TooLarge(_))
        ));
    }

    #[test]
    fn every_cut_is_noticed() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, &"whole").unwrap();
        for end in 1..pipe.len() {
            let mut reader = &pipe[..end];
            assert!(
                matches!(read_frame::<String>(&mut reader), Err(FrameError::Broken(_))),
                "cut at {end}"
            );
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        let mut reader: &[u8] = &[0, 0, 0, 2, b'{', b'{'];
        assert!(matches!(
            read_frame::<String>(&mut reader),
            Err(FrameError::Malformed(_))
        ));
    }
}
