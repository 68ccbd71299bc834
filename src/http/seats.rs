//! How many connections there are, and which one goes when somebody else needs its place.
//!
//! Whoever opens connections and sends nothing, or a request that never ends, must not keep others out: when all
//! seats are taken, the connection that has been without a whole request for longest loses its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long is a connection without a request left alone? Its last answer may still be on its way out, and a
/// new one's first request on its way in.
const SETTLES_IN: Duration = Duration::from_secs(1);

/// When all seats are taken, how many connections are asked to leave at once? One of so many: to ask a single one, to
/// see it leave and to ask the next would keep a crowd at the door waiting, and the honest ones in it.
const ONE_OF: usize = 16;

/// The seats of all connections.
pub(super) struct Seats {
    free: Arc<Semaphore>,
    asked_at_once: usize,
    waiting: Mutex<Waiting>,
}

/// The connections without a whole request, by when they became so.
#[derive(Default)]
struct Waiting {
    next_ticket: u64,
    by_ticket: BTreeMap<u64, (Instant, CancellationToken)>,
}

impl Seats {
    /// `count` free seats.
    pub(super) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(count)),
            asked_at_once: count.div_ceil(ONE_OF),
            waiting: Mutex::default(),
        })
    }

    /// A seat: a free one, or that of the connection that has waited for a request the longest. While all are
    /// busy, the caller waits.
    pub(super) async fn take(self: &Arc<Self>) -> Seat {
        let mut patience = Duration::ZERO;
        loop {
            let permit = tokio::time::timeout(patience, self.free.clone().acquire_owned()).await;
            if let Ok(Ok(permit)) = permit {
                return self.seat(permit);
            }
            patience = self.make_room();
        }
    }

    fn seat(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Seat {
        let leave = CancellationToken::new();
        let ticket = Mutex::new(Some(self.wait_for_request(&leave)));
        Seat { seats: self.clone(), leave, ticket, _permit: permit }
    }

    /// Asks the longest waiting connections to leave; returns how long to wait for a seat before asking again.
    fn make_room(&self) -> Duration {
        let mut waiting = self.lock();
        for _ in 0..self.asked_at_once {
            let Some(longest) = waiting.by_ticket.first_entry() else { break };
            let settling = SETTLES_IN.saturating_sub(longest.get().0.elapsed());
            if !settling.is_zero() {
                return settling;
            }
            let (_, leave) = longest.remove();
            leave.cancel();
        }
        SETTLES_IN
    }

    /// Asks every connection to leave that has been without a request for long enough, because no more are
    /// served; returns how long to wait before asking again.
    pub(super) fn clear(&self) -> Duration {
        self.lock().by_ticket.retain(|_, (since, leave)| {
            let stays = since.elapsed() < SETTLES_IN;
            if !stays {
                leave.cancel();
            }
            stays
        });
        SETTLES_IN
    }

    fn wait_for_request(&self, leave: &CancellationToken) -> u64 {
        let mut waiting = self.lock();
        let ticket = waiting.next_ticket;
        waiting.next_ticket += 1;
        waiting.by_ticket.insert(ticket, (Instant::now(), leave.clone()));
        ticket
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's seat; dropping it frees it.
pub(super) struct Seat {
    seats: Arc<Seats>,
    leave: CancellationToken,
    ticket: Mutex<Option<u64>>,
    _permit: OwnedSemaphorePermit,
}

impl Seat {
    /// Returns when somebody else gets the seat.
    pub(super) async fn lost(&self) {
        self.leave.cancelled().await;
    }

    /// A request has begun to arrive: the wait for the rest of it counts from now.
    pub(super) fn renew(&self) {
        self.withdraw();
        *self.ticket() = Some(self.seats.wait_for_request(&self.leave));
    }

    /// A request is being answered until what this returns is dropped: meanwhile the seat can't be lost.
    pub(super) fn busy(&self) -> Busy<'_> {
        self.withdraw();
        Busy(self)
    }

    fn withdraw(&self) {
        if let Some(ticket) = self.ticket().take() {
            self.seats.lock().by_ticket.remove(&ticket);
        }
    }

    fn ticket(&self) -> MutexGuard<'_, Option<u64>> {
        self.ticket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// A request is being answered.
pub(super) struct Busy<'a>(&'a Seat);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.renew();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many connections could be asked to leave.
    fn waiting(seats: &Seats) -> usize {
        seats.lock().by_ticket.len()
    }

    #[tokio::test]
    async fn whoever_waited_longest_leaves_first_but_nobody_at_once() {
        let seats = Seats::new(2);
        let (first, second) = (seats.take().await, seats.take().await);
        let left = seats.make_room();
        assert!(left > Duration::ZERO && left <= SETTLES_IN, "{left:?}");
        assert!(!first.leave.is_cancelled(), "it may be about to send its first request");
        // A request makes the first the one that waited less.
        drop(first.busy());
        second.lost_in_the_end().await;
        assert!(!first.leave.is_cancelled());
    }

    #[tokio::test]
    async fn a_crowd_is_let_in_some_at_a_time() {
        let seats = Seats::new(3 * ONE_OF);
        let mut taken = Vec::new();
        for _ in 0..3 * ONE_OF {
            taken.push(seats.take().await);
        }
        taken[0].lost_in_the_end().await;
        let lost: Vec<bool> = taken.iter().map(|seat| seat.leave.is_cancelled()).collect();
        assert!(lost[..3].iter().all(|lost| *lost) && !lost[3..].contains(&true), "{lost:?}");
    }

    #[tokio::test]
    async fn a_busy_connection_keeps_its_seat() {
        let seats = Seats::new(2);
        let (busy, quiet) = (seats.take().await, seats.take().await);
        let request = busy.busy();
        assert_eq!(waiting(&seats), 1);
        quiet.lost_in_the_end().await;
        assert!(!busy.leave.is_cancelled());
        assert_eq!((waiting(&seats), seats.make_room()), (0, SETTLES_IN));
        drop(request);
        assert_eq!(waiting(&seats), 1);
        drop(busy);
        assert_eq!(waiting(&seats), 0, "nothing is kept of a connection that ended");
    }

    #[tokio::test]
    async fn a_seat_is_free_again_when_it_is_dropped() {
        let seats = Seats::new(1);
        let seat = seats.take().await;
        let request = seat.busy();
        let next = tokio::spawn({
            let seats = seats.clone();
            async move { drop(seats.take().await) }
        });
        tokio::task::yield_now().await;
        assert!(!next.is_finished(), "the only seat is taken, by somebody busy");
        drop(request);
        drop(seat);
        tokio::time::timeout(SETTLES_IN * 10, next).await.unwrap().unwrap();
    }

    impl Seat {
        /// Asks for a seat until this one is lost.
        async fn lost_in_the_end(&self) {
            let asking = async {
                while !self.leave.is_cancelled() {
                    tokio::time::sleep(self.seats.make_room()).await;
                }
            };
            tokio::time::timeout(SETTLES_IN * 10, asking).await.expect("nobody is asked to leave");
        }
    }
}
