//! How often callers may call: each person, each back end, each address that shows no valid token.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::auth::{Caller, Scope};
use super::problem::Problem;
use crate::config;

/// How many callers are remembered before those are forgotten that did not call lately? About 100 bytes each.
const REMEMBERED: usize = 10_000;

/// The limits of the port.
///
/// Whoever shows a valid token is counted by its account, whoever doesn't by the address: behind a proxy everybody
/// has the same one, and a stranger who floods it must not keep honest callers out.
pub(super) struct Rates {
    people: Limit<String>,
    back_ends: Limit<String>,
    strangers: Limit<IpAddr>,
}

impl Rates {
    /// The limits of the settings.
    pub(super) fn new(http: &config::Http) -> Self {
        Self {
            people: Limit::new(&http.person),
            back_ends: Limit::new(&http.back_end),
            strangers: Limit::new(&http.stranger),
        }
    }

    /// Counts a request with a valid token.
    ///
    /// # Errors
    /// 429 with the seconds to wait, when it is one too many.
    pub(super) fn caller(&self, caller: &Caller) -> Result<(), Problem> {
        let back_end = [Scope::Events, Scope::PostsAny, Scope::Admin].iter().any(|scope| caller.has(*scope));
        let limit = if back_end { &self.back_ends } else { &self.people };
        limit.count(&caller.account)
    }

    /// Counts a request without one.
    ///
    /// # Errors
    /// The same.
    pub(super) fn stranger(&self, address: IpAddr) -> Result<(), Problem> {
        self.strangers.count(&one_of_them(address))
    }
}

/// One limit, for each key of its own; `None` where there is none.
struct Limit<K: Clone + Eq + Hash>(Option<Counted<K>>);

struct Counted<K: Clone + Eq + Hash> {
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    /// With how many keys those are forgotten that have all their requests again.
    forget_at: AtomicUsize,
}

impl<K: Clone + Eq + Hash> Limit<K> {
    fn new(rate: &config::Rate) -> Self {
        let quota = NonZeroU32::new(rate.per_second)
            .zip(NonZeroU32::new(rate.burst))
            .map(|(per_second, burst)| Quota::per_second(per_second).allow_burst(burst));
        Self(quota.map(|quota| Counted {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            forget_at: AtomicUsize::new(REMEMBERED),
        }))
    }

    fn count(&self, key: &K) -> Result<(), Problem> {
        let Some(Counted { limiter, clock, forget_at }) = &self.0 else { return Ok(()) };
        let counted = limiter.check_key(key);
        if limiter.len() > forget_at.load(Ordering::Relaxed) {
            limiter.retain_recent();
            // Who is left called within the last seconds: there can't be many more than the port can serve then.
            forget_at.store(REMEMBERED.max(limiter.len() * 2), Ordering::Relaxed);
        }
        counted.map_err(|too_early| {
            let wait = too_early.wait_time_from(clock.now());
            Problem::too_many_requests(wait.max(Duration::from_millis(1)))
        })
    }
}

/// A network hands out IPv6 addresses by the /64: they are all the same stranger.
fn one_of_them(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(per_second: u32, burst: u32) -> Limit<u32> {
        Limit::new(&config::Rate { per_second, burst })
    }

    #[test]
    fn a_burst_passes_and_the_next_has_to_wait_while_others_do_not() {
        let limit = limit(1, 3);
        assert!((0..3).all(|_| limit.count(&1).is_ok()));
        assert!(limit.count(&1).is_err());
        assert!(limit.count(&2).is_ok(), "somebody else's requests are not counted");
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let limit = limit(0, 1);
        assert!((0..1000).all(|_| limit.count(&1).is_ok()));
    }

    #[test]
    fn those_who_did_not_call_lately_are_forgotten() {
        let limit = limit(1_000_000, 1);
        for key in 0..5 * REMEMBERED {
            let _ = limit.count(&u32::try_from(key).unwrap());
        }
        let remembered = limit.0.as_ref().unwrap().limiter.len();
        assert!(remembered <= 2 * REMEMBERED, "{remembered} callers are remembered");
    }

    #[test]
    fn one_network_is_one_stranger() {
        let same =
            |one: &str, other: &str| one_of_them(one.parse().unwrap()) == one_of_them(other.parse().unwrap());
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
