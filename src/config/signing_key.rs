//! The secrets of Standard Webhooks: what signs a request, and what checks one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use sha2::Sha256;

/// The version of the scheme, before each signature.
const VERSION: &str = "v1,";

/// One secret.
#[derive(Clone, Debug)]
pub struct SigningKey {
    text: SecretString,
    bytes: SecretSlice<u8>,
}

/// The secret that is shared with a connector, and the one before it while the connector still learns the new one.
#[derive(Clone, Debug)]
pub struct SigningKeys {
    /// The one in use.
    pub current: SigningKey,
    /// The one before.
    pub previous: Option<SigningKey>,
}

/// What is signed beside the body.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The header `webhook-id`.
    pub id: &'a str,
    /// The header `webhook-timestamp`, as it was sent.
    pub timestamp: &'a str,
    /// Every byte of it.
    pub body: &'a [u8],
}

impl SigningKey {
    const PREFIX: &str = "whsec_";

    /// The key that `text` stands for: `whsec_` and the Base64 of 24 to 64 bytes (Standard Webhooks, "Signature
    /// scheme"). `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(Self::PREFIX)?).ok()?;
        (24..=64).contains(&bytes.len()).then(|| Self { text: text.into(), bytes: bytes.into() })
    }

    pub(super) fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    pub(super) fn without_prefix(text: &str) -> &str {
        text.strip_prefix(Self::PREFIX).unwrap_or(text)
    }

    /// `None` never comes: HMAC takes keys of every length.
    fn mac(&self, it: Signed<'_>) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.bytes.expose_secret()).ok()?;
        for part in [it.id.as_bytes(), b".", it.timestamp.as_bytes(), b".", it.body] {
            mac.update(part);
        }
        Some(mac)
    }
}

impl SigningKeys {
    /// The header `webhook-signature`: a signature for each secret, so that whoever knows either can check it
    /// (Standard Webhooks, "Zero downtime secret rotation").
    pub fn sign(&self, it: Signed<'_>) -> Option<String> {
        let signatures = self.each().map(|key| Some(STANDARD.encode(key.mac(it)?.finalize().into_bytes())));
        let signatures: Vec<String> =
            signatures.map(|it| Some(format!("{VERSION}{}", it?))).collect::<Option<_>>()?;
        Some(signatures.join(" "))
    }

    /// Whether one of the signatures in `header` was made with one of the secrets. Compared in constant time.
    pub fn have_signed(&self, it: Signed<'_>, header: &str) -> bool {
        let signatures = header.split(' ').filter_map(|it| STANDARD.decode(it.strip_prefix(VERSION)?).ok());
        signatures.into_iter().any(|signature| {
            self.each().any(|key| key.mac(it).is_some_and(|mac| mac.verify_slice(&signature).is_ok()))
        })
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OLD: &str = "whsec_dGhlIHRlc3RzJyBzaGFyZWQgc2VjcmV0ISEhIQ==";

    fn keys(current: &str, previous: Option<&str>) -> SigningKeys {
        let key = |text| SigningKey::parse(text).unwrap();
        SigningKeys { current: key(current), previous: previous.map(key) }
    }

    /// The reference implementations' test vector.
    const EXAMPLE: Signed<'_> = Signed {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        body: br#"{"test": 2432232314}"#,
    };
    const EXAMPLES_SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_example_of_the_specification_is_signed_as_it_says() {
        assert_eq!(keys(NEW, None).sign(EXAMPLE).unwrap(), EXAMPLES_SIGNATURE);
    }

    #[test]
    fn while_secrets_change_either_side_may_be_the_one_that_is_behind() {
        let both = keys(NEW, Some(OLD)).sign(EXAMPLE).unwrap();
        assert_eq!(both.split(' ').count(), 2);
        assert!(both.starts_with(EXAMPLES_SIGNATURE), "the one in use comes first");
        for behind in [keys(NEW, None), keys(OLD, None)] {
            assert!(behind.have_signed(EXAMPLE, &both));
            assert!(keys(NEW, Some(OLD)).have_signed(EXAMPLE, &behind.sign(EXAMPLE).unwrap()));
        }
        assert!(!keys(NEW, None).have_signed(EXAMPLE, &keys(OLD, None).sign(EXAMPLE).unwrap()));
    }

    #[test]
    fn what_was_changed_or_is_no_signature_is_not_signed() {
        let keys = keys(NEW, None);
        for header in ["", "v1,", "v1", &EXAMPLES_SIGNATURE[3..], "v1a,g0hM", "v1,g0hM9SsE", "🎉", "v1,🎉"]
        {
            assert!(!keys.have_signed(EXAMPLE, header), "{header}");
        }
        assert!(keys.have_signed(EXAMPLE, &format!("v1a,x v1,bad {EXAMPLES_SIGNATURE}")));
        for changed in [
            Signed { id: "msg", ..EXAMPLE },
            Signed { timestamp: "1614265331", ..EXAMPLE },
            Signed { body: b"{}", ..EXAMPLE },
        ] {
            assert!(!keys.have_signed(changed, EXAMPLES_SIGNATURE), "{changed:?}");
        }
    }
}
