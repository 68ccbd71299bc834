//! An answer on its way out: a status, a body and what every answer carries.

use std::fmt;

use futures::stream::{BoxStream, Stream, StreamExt as _};
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::problem::Problem;
use crate::store::StoreError;

/// A body as hyper sends it.
pub(super) type Body = Either<Full<Bytes>, StreamBody<Pieces>>;

type Pieces = BoxStream<'static, Result<Frame<Bytes>, StoreError>>;

/// What a handler returns when it did what was asked.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Content,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What the body is made of.
enum Content {
    Whole(Bytes),
    Streamed(Pieces),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => bytes.fmt(f),
            Self::Streamed(_) => f.write_str("(streamed)"),
        }
    }
}

impl Answer {
    /// `body` as JSON.
    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Self::new(status, "application/json", body))
    }

    /// `text` as it is.
    pub(super) fn text(status: StatusCode, text: &'static str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text)
    }

    pub(super) fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type, body: Content::Whole(body.into()), headers: Vec::new() }
    }

    /// A body that is made while it is sent, so that it may be larger than the memory. When a piece fails the answer
    /// breaks off: its status is out already.
    pub(super) fn streamed(
        status: StatusCode,
        content_type: &'static str,
        pieces: impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static,
    ) -> Self {
        let pieces = pieces.map(|piece| {
            piece
                .map(Frame::data)
                .inspect_err(|error| log::warn!(target: "http", "an answer broke off: {error}"))
        });
        Self { status, content_type, body: Content::Streamed(pieces.boxed()), headers: Vec::new() }
    }

    /// One more header.
    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// As hyper sends it. Nothing we answer is for a cache: it belongs to one caller or to one moment.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(match self.body {
            Content::Whole(bytes) => Either::Left(Full::new(bytes)),
            Content::Streamed(pieces) => Either::Right(StreamBody::new(pieces)),
        });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.extend(self.headers);
        response
    }
}
