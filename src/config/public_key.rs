//! A public key that tokens are checked with: which algorithm it means, and whether it can be right.

use jsonwebtoken::{Algorithm, DecodingKey};

/// The bytes of a P-256 point: 4, and two coordinates of 32.
const P256_POINT: usize = 65;
/// The bytes of the smallest RSA key that is taken, 2,048 bits and their wrapping (RFC 7518, section 3.3).
const RSA_2048: usize = 266;

/// A public key, in PEM. The key itself decides the algorithm: a token can't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The algorithm that goes with it: EdDSA, ES256 or RS256.
    pub algorithm: Algorithm,
    /// `-----BEGIN PUBLIC KEY-----` …
    pub pem: String,
}

impl PublicKey {
    /// The key in `pem`; `None` for a private key, a certificate, another curve, a short RSA key or no key at all.
    pub fn parse(pem: &str) -> Option<Self> {
        let pem = pem.trim();
        if !pem.starts_with("-----BEGIN PUBLIC KEY-----") {
            return None;
        }
        let (algorithm, key) = decoding_key(pem)?;
        let bytes = key.try_get_as_bytes().ok()?.len();
        let fits = match algorithm {
            Algorithm::ES256 => bytes == P256_POINT,
            Algorithm::RS256 => bytes >= RSA_2048,
            _ => true,
        };
        fits.then(|| Self { algorithm, pem: pem.to_owned() })
    }

    /// The same for whoever checks tokens.
    pub fn decoding_key(&self) -> Option<DecodingKey> {
        decoding_key(&self.pem).map(|(_, key)| key)
    }
}

fn decoding_key(pem: &str) -> Option<(Algorithm, DecodingKey)> {
    let pem = pem.as_bytes();
    let ed = DecodingKey::from_ed_pem(pem).map(|key| (Algorithm::EdDSA, key));
    let ec = || DecodingKey::from_ec_pem(pem).map(|key| (Algorithm::ES256, key));
    let rsa = || DecodingKey::from_rsa_pem(pem).map(|key| (Algorithm::RS256, key));
    ed.or_else(|_| ec()).or_else(|_| rsa()).ok()
}
