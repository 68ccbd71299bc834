//! Names are resolved here, and only addresses on the internet are connected to: a connector's name must not lead
//! into the network that this service runs in, whoever answers for the name at that moment.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::is_public;

/// Resolves names for a connector.
pub(super) struct Guard {
    /// Private addresses too.
    pub(super) allow_private: bool,
}

/// A name leads only to addresses that are refused.
#[derive(Debug, thiserror::Error)]
#[error(
    "the connector's name leads to an address that is not on the internet; allow_private_addresses = true would allow it"
)]
pub(super) struct AddressRefused;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            // The port is a stand-in: the client puts its own.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed = allowed(found, allow_private)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn allowed(found: Vec<SocketAddr>, allow_private: bool) -> Result<Vec<SocketAddr>, AddressRefused> {
    if allow_private || found.is_empty() {
        return Ok(found);
    }
    let public: Vec<_> = found.into_iter().filter(|address| is_public(address.ip())).collect();
    if public.is_empty() { Err(AddressRefused) } else { Ok(public) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_both_kinds_of_address_leads_only_to_the_public_one() {
        let both: Vec<SocketAddr> = vec!["127.0.0.1:0".parse().unwrap(), "8.8.8.8:0".parse().unwrap()];
        assert_eq!(allowed(both.clone(), false).unwrap(), both[1..]);
        assert_eq!(allowed(both.clone(), true).unwrap(), both);
        assert!(allowed(both[..1].to_vec(), false).is_err());
    }
}
