//! Due rows → render → Telegram → outcome. One worker; it claims a bounded number of rows, keeps Telegram's
//! limits, and has at most one message in flight per chat.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

mod addressees;
mod alert;
mod briefing;
mod buttons;
mod notice;
mod outage;
mod outcome;
mod render;
mod send;

use crate::clock::Clock;
use crate::config;
use crate::health::Health;
use crate::store::{Claim, ClaimWish, Store, StoreError};
use crate::telegram::{Api, ChatWaits, Limits, Place, wait_until};
use briefing::{Briefed, BriefingDesk};
use outage::Outage;
use render::Renderer;
use send::{Addressed, Sender};

/// How seldom is the outbox looked through? What another instance accepted is found this late.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How many rows may wait in memory for their place under the limits? Half a second's worth: a more urgent row is not
/// overtaken for longer, and a chat that may be written to once a second is claimed for each second. Enough that claiming
/// costs little, and few enough to be bounded without a limit.
const WINDOW: RangeInclusive<usize> = 16..=256;

/// How soon after a claim is the next one made? While events come without a pause, each would claim one row, at ten
/// times the price.
const CLAIM_PAUSE: Duration = Duration::from_millis(3);

/// How often are claims looked through that nobody sends, and leases that a stuck task let end? Oftener when leases are
/// short.
const RELEASE_EVERY: Duration = Duration::from_secs(15);

/// How soon after it began to lead for the first time: the last leader's claims are committed by then.
const RELEASE_SOON: Duration = Duration::from_secs(1);

/// How long may a claim still take when delivery stops? Given up half-way, it could hold rows that nobody sends.
const CLAIM_PATIENCE: Duration = Duration::from_secs(1);

/// How soon is it noticed that this instance leads again?
const LEAD_PAUSE: Duration = Duration::from_millis(100);

/// The wait after the database failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// What delivery works with.
pub struct Delivery {
    /// Where the rows are.
    pub store: Store,
    /// The way to Telegram.
    pub api: Api,
    /// The limits it shares with replies.
    pub limits: Arc<Limits>,
    /// Who knows whether Telegram takes messages.
    pub health: Health,
    /// What time it is.
    pub clock: Clock,
    /// How fast, how often and how long.
    pub settings: config::Delivery,
    /// Where buttons lead.
    pub platform: config::Platform,
    /// The zone of people whose zone is not known.
    pub default_zone: Tz,
}

impl Delivery {
    /// Delivers until `stop`; returns when what was in flight is answered and written down, or soon after `cut`.
    ///
    /// Only the leader runs it: what is claimed when it starts was claimed by somebody who is gone.
    pub async fn run(self, stop: CancellationToken, cut: CancellationToken) {
        self.take_over(&stop).await;
        let sender = Arc::new(Sender {
            store: self.store.clone(),
            api: self.api.clone(),
            limits: Arc::clone(&self.limits),
            health: self.health.clone(),
            clock: self.clock.clone(),
            outage: Outage::default(),
            cut: cut.clone(),
            renderer: Renderer { platform: self.platform.clone(), default_zone: self.default_zone },
            desk: BriefingDesk::default(),
            settings: self.settings.clone(),
        });
        let mut in_flight = JoinSet::new();
        let release_every = RELEASE_EVERY.min(self.settings.lease / 4);
        let mut release_at = Instant::now() + RELEASE_SOON;
        let mut claim_from = Instant::now();
        let mut next_look = Instant::now();
        while !stop.is_cancelled() {
            // A leader that was frozen would spend the attempts of rows that another one sends by now.
            if Instant::now() >= release_at && self.health.leading() {
                release_at = Instant::now() + release_every;
                self.release().await;
            }
            wait_until(claim_from).await;
            claim_from = Instant::now() + CLAIM_PAUSE;
            next_look = self.round(&sender, &mut in_flight, next_look, &stop).await;
        }
        tokio::select! {
            () = all_of(&mut in_flight) => return,
            () = cut.cancelled() => {}
        }
        log::warn!(target: "TELEGRAM", "{} messages are not answered, they may go out twice", in_flight.len());
        all_of(&mut in_flight).await;
    }

    /// One round: claim what is due, send it one by one under the limits. From `next_look` on the outbox is looked
    /// through; until then there is nothing in it to claim, and what comes is claimed as it comes. Returns when to look
    /// next. `stop` ends each wait; what is claimed is sent or put back.
    async fn round(
        &self,
        sender: &Arc<Sender>,
        in_flight: &mut JoinSet<()>,
        next_look: Instant,
        stop: &CancellationToken,
    ) -> Instant {
        tokio::select! {
            () = stop.cancelled() => return next_look,
            () = self.until_sending_is_allowed(sender, in_flight) => {}
        }
        let now = Instant::now();
        let ChatWaits { waiting, first_over, can_go_on } = self.limits.chat_waits(now);
        let lease = TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::minutes(1));
        let wish = ClaimWish { limit: self.window(), without_chats: waiting, chats_first: can_go_on, lease };
        let limit = wish.limit;
        // Nobody else tells of the rows of a chat that may be written to again.
        let no_later = |look: Instant| first_over.map_or(look, |over| look.min(over));
        let looks = next_look <= now;
        let claimed = async {
            if looks {
                Some(self.store.claim_due(wish, self.clock.now()).await)
            } else {
                self.claim_next(wish, no_later(next_look), stop).await
            }
        };
        let claimed = tokio::select! {
            claimed = claimed => claimed,
            () = after(stop, CLAIM_PATIENCE) => return next_look,
        };
        match claimed {
            None => Instant::now(),
            Some(Ok(claim)) => {
                let has_more = claim.rows.len() >= limit;
                self.send_all(sender, in_flight, claim, stop).await;
                match (has_more, looks) {
                    (true, _) => Instant::now(),
                    (false, true) => no_later(self.look_again_at().await),
                    (false, false) => no_later(next_look),
                }
            }
            Some(Err(error)) => {
                log::error!(target: "delivery", "nothing can be claimed: {error}");
                pause(STORE_PAUSE, stop).await;
                Instant::now()
            }
        }
    }

    /// How many rows are claimed at once.
    fn window(&self) -> usize {
        match self.settings.messages_per_second as usize {
            0 => *WINDOW.end(),
            a_second => (a_second / 2).clamp(*WINDOW.start(), *WINDOW.end()),
        }
    }

    /// Waits until something may be sent: no admin has paused it, this instance leads, Telegram answers, nobody told us
    /// to wait, and not too much is on its way.
    async fn until_sending_is_allowed(&self, sender: &Arc<Sender>, in_flight: &mut JoinSet<()>) {
        loop {
            self.store.until_sending_goes_on().await;
            self.health.until_telegram_takes_messages().await;
            if self.store.sending_is_paused() {
                continue;
            }
            if !self.health.leading() {
                tokio::time::sleep(LEAD_PAUSE).await;
                continue;
            }
            sender.outage.wait().await;
            let now = Instant::now();
            let paused_until = self.limits.paused_until(now);
            if paused_until > now {
                tokio::time::sleep_until(paused_until).await;
                continue;
            }
            return self.until_a_slot_is_free(in_flight).await;
        }
    }

    async fn until_a_slot_is_free(&self, in_flight: &mut JoinSet<()>) {
        while in_flight.try_join_next().is_some() {}
        while in_flight.len() >= self.settings.max_in_flight {
            in_flight.join_next().await;
        }
    }

    async fn send_all(
        &self,
        sender: &Arc<Sender>,
        in_flight: &mut JoinSet<()>,
        claim: Claim,
        stop: &CancellationToken,
    ) {
        let Claim { mut rows, settings, at: claimed_at } = claim;
        let mut addressees = sender.addressees_by(settings, claimed_at, &rows).await;
        // The last one goes first: the rest stays in reach, to read the addressees of all of it.
        rows.reverse();
        let mut briefings = sender.briefings(&rows, &addressees);
        loop {
            if addressees.are_old() {
                addressees = sender.addressees(&rows).await;
            }
            let Some(row) = rows.pop() else { return };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.until_a_slot_is_free(in_flight) => {}
            }
            // A process that was stopped for so long, or a database: somebody else may have the row by now.
            let late = claimed_at.elapsed() + self.settings.request_timeout > self.settings.lease;
            let paused = self.store.sending_is_paused();
            if late || paused || stop.is_cancelled() {
                let reason = match (late, paused) {
                    (true, _) => "late",
                    (false, true) => "paused",
                    (false, false) => "stopping",
                };
                in_flight.spawn(Arc::clone(sender).put_back(row, reason));
                continue;
            }
            let Some((row, age)) = sender.fold(row).await else { continue };
            let Some(telling) = sender.looked_up(row, age).await else { continue };
            // Before the place is taken: between the place's moment and the first byte nothing may take time
            // that is now long, now short, or two seconds' messages arrive in one.
            let briefed = tokio::select! {
                briefed = briefings.of(&telling.row) => briefed,
                () = stop.cancelled() => Briefed::NotYet,
            };
            let letter = match sender.address(telling, &addressees, briefed, claimed_at) {
                Addressed::To(letter) => letter,
                Addressed::Nowhere(nowhere) => {
                    let (row, verdict) = *nowhere;
                    in_flight.spawn(Arc::clone(sender).conclude(row, verdict));
                    continue;
                }
            };
            match self.limits.reserve(letter.chat_id, Instant::now()) {
                Place::At(at) => tokio::select! {
                    () = wait_until(at) => {
                        in_flight.spawn(Arc::clone(sender).send(letter, at));
                    }
                    () = stop.cancelled() => {
                        in_flight.spawn(Arc::clone(sender).put_back(letter.row, "stopping"));
                    }
                },
                // A reply to the chat, or a 429, came in between: the row goes back and holds no slot.
                Place::NotBefore(_) => {
                    in_flight.spawn(Arc::clone(sender).put_back(letter.row, "chat_waits"));
                }
            }
        }
    }

    /// Claims what comes, with the write that brings it; `None` when the outbox is to be looked through: at `until`, or
    /// because somebody says that a row may be due.
    async fn claim_next(
        &self,
        wish: ClaimWish,
        until: Instant,
        stop: &CancellationToken,
    ) -> Option<Result<Claim, StoreError>> {
        let mut claim = self.store.claim_with_next(wish, self.clock.clone());
        tokio::select! {
            biased;
            claimed = claim.claimed() => return claimed,
            () = self.store.told_of_due() => {}
            () = tokio::time::sleep_until(until) => {}
            // What comes then is claimed when it may be sent: the most urgent first.
            () = self.store.until_sending_pauses() => {}
            () = self.health.until_telegram_takes_no_messages() => {}
            () = stop.cancelled() => {}
        }
        claim.withdraw().await
    }

    /// When a row is due next that waits for its time. One that is due by now waits for its chat: that has its own
    /// wake-up.
    async fn look_again_at(&self) -> Instant {
        let wait = match self.store.next_due().await {
            Ok(Some(due)) => (due - self.clock.now()).to_std().ok().filter(|wait| !wait.is_zero()),
            _ => None,
        };
        Instant::now() + wait.map_or(LOOK_EVERY, |wait| wait.min(LOOK_EVERY))
    }

    /// Puts back what a dead process held and remembers the chats that have to wait, and a pause.
    async fn take_over(&self, stop: &CancellationToken) {
        let now = self.clock.now();
        // Not known is not allowed: nobody but an admin ends a pause.
        while !stop.is_cancelled()
            && let Err(error) = self.store.sending_pause().await
        {
            log::error!(target: "delivery", "whether sending is paused can't be read: {error}");
            pause(STORE_PAUSE, stop).await;
        }
        while !stop.is_cancelled() {
            match self.store.release_all().await {
                Ok(0) => break,
                Ok(rows) => {
                    log::info!(target: "delivery", "{rows} notifications of an earlier run are sent again");
                    break;
                }
                Err(error) => {
                    log::error!(target: "delivery", "an earlier run's claims can't be released: {error}");
                    pause(STORE_PAUSE, stop).await;
                }
            }
        }
        match self.store.chat_waits(now).await {
            Ok(waits) => {
                for (chat_id, until) in waits {
                    let wait = (until - now).to_std().unwrap_or_default();
                    self.limits.keep_waiting(chat_id, Instant::now() + wait);
                }
            }
            Err(error) => {
                log::error!(target: "delivery", "the chats that have to wait can't be read: {error}")
            }
        }
    }

    /// Puts back claims that nobody sends.
    async fn release(&self) {
        match self.store.release_earlier().await {
            Ok(0) => {}
            Ok(rows) => {
                log::info!(target: "delivery", "{rows} notifications that another leader claimed late are sent again");
            }
            Err(error) => {
                log::error!(target: "delivery", "another leader's claims can't be released: {error}")
            }
        }
        match self.store.release_expired(self.settings.max_attempts(), self.clock.now()).await {
            Ok(0) => {}
            Ok(rows) => {
                log::warn!(target: "delivery", "{rows} notifications were stuck longer than their lease")
            }
            Err(error) => log::error!(target: "delivery", "ended leases can't be released: {error}"),
        }
    }
}

async fn all_of(in_flight: &mut JoinSet<()>) {
    while in_flight.join_next().await.is_some() {}
}

/// Waits `wait`, or until `stop`.
async fn pause(wait: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(wait) => {}
    }
}

/// Returns `wait` after `stop`.
async fn after(stop: &CancellationToken, wait: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(wait).await;
}
