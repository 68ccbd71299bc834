//! Bodies of answers: whole ones, and those that arrive slowly or not to the end.

use std::fmt;
use std::time::Duration;

use futures::{Stream, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::{Bytes, Frame};

/// The body of any answer.
pub(crate) type Body = Either<Full<Bytes>, BoxBody<Bytes, Interrupted>>;

/// The connection is to end here, on purpose.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted on purpose")
    }
}

impl std::error::Error for Interrupted {}

/// How many pieces a dripping answer comes in.
const DRIPS: usize = 20;
/// Long enough for the first half of an answer to leave before the connection closes.
const HALF_PAUSE: Duration = Duration::from_millis(20);

/// All of it at once.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Either::Left(Full::new(bytes.into()))
}

/// A body that comes piece by piece.
pub(crate) fn streamed(
    pieces: impl Stream<Item = Result<Bytes, Interrupted>> + Send + Sync + 'static,
) -> Body {
    let frames = futures::StreamExt::map(pieces, |piece| piece.map(Frame::data));
    Either::Right(BodyExt::boxed(StreamBody::new(frames)))
}

/// The first half, a moment, and then nothing more.
pub(crate) fn half(bytes: Bytes) -> Body {
    let first = bytes.slice(..bytes.len() / 2);
    streamed(stream::unfold(Some(first), |left| async move {
        match left {
            Some(first) if !first.is_empty() => Some((Ok(first), Some(Bytes::new()))),
            Some(_) => {
                tokio::time::sleep(HALF_PAUSE).await;
                Some((Err(Interrupted), None))
            }
            None => None,
        }
    }))
}

/// All of it, spread evenly over `time`.
pub(crate) fn drip(bytes: Bytes, time: Duration) -> Body {
    let size = bytes.len().div_ceil(DRIPS).max(1);
    let pause = time / u32::try_from(bytes.len().div_ceil(size).max(1)).unwrap_or(1);
    streamed(stream::unfold(bytes, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = left.split_to(size.min(left.len()));
        Some((Ok(piece), left))
    }))
}
