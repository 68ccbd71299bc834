//! Holding back: when a notification may come, by what its person has set.
//!
//! What went well is gathered for as long as the person chose; a mute holds everything but tests; quiet hours hold
//! what is not urgent. What was held for the same reason or another comes together when it is due.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::account::{BatchWindow, Delivery, Settings};
use super::digest::Schedule;
use super::event::EventKind;

/// A digest this soon after the quiet hours tells what they held: two messages in a row say no more than one.
pub const DIGEST_NEAR: TimeDelta = TimeDelta::minutes(60);

/// How long is a digest waited for that takes what was held with it? It is written by a job of every minute.
const DIGEST_GRACE: TimeDelta = TimeDelta::minutes(2);

/// Why a notification waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldReason {
    /// It is the person's night.
    QuietHours,
    /// The person muted everything for a while.
    Muted,
    /// Posts that went out are gathered.
    Batched,
}

impl HoldReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::QuietHours, Self::Muted, Self::Batched];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QuietHours => "quiet_hours",
            Self::Muted => "muted",
            Self::Batched => "batched",
        }
    }

    /// The reason stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// How long a notification is held back, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Not before.
    pub until: DateTime<Utc>,
    /// What holds it longest.
    pub reason: HoldReason,
}

impl EventKind {
    /// Whether the person has something to mend: quiet hours let it pass.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::PostFailed | Self::PostUnconfirmed)
    }
}

impl Settings {
    /// Whether it is quiet at `moment`; never while the zone is not known: it might be the middle of the day.
    pub fn is_quiet_at(&self, moment: DateTime<Utc>) -> bool {
        let hours = self.quiet_hours.zip(self.zone);
        hours.is_some_and(|(hours, zone)| hours.cover_moment(zone, moment))
    }

    /// Whether anything can be held back at all.
    pub fn may_hold(&self) -> bool {
        self.quiet_hours.is_some() || self.muted_until.is_some() || self.batch_published != BatchWindow::Off
    }

    /// How long a notification about an event of `kind` is held back that comes at `now`.
    pub fn hold(&self, kind: EventKind, now: DateTime<Utc>) -> Option<Hold> {
        let batch = (kind == EventKind::PostPublished).then(|| self.batch_end(now)).flatten();
        let mut hold = batch.map(|until| Hold { until, reason: HoldReason::Batched });
        let due = |hold: Option<Hold>| hold.map_or(now, |hold| hold.until);
        if let Some(until) = self.muted_after(due(hold)) {
            hold = Some(Hold { until, reason: HoldReason::Muted });
        }
        if !kind.is_urgent()
            && self.is_quiet_at(due(hold))
            && let Some(until) = self.quiet_end(due(hold))
        {
            hold = Some(Hold { until, reason: HoldReason::QuietHours });
        }
        hold
    }

    /// Whether a notification about an event of `kind`, due at `due`, comes without a sound: as the person chose,
    /// and always in quiet hours.
    pub fn is_silent(&self, kind: EventKind, due: DateTime<Utc>) -> bool {
        self.preferences.of(kind) == Delivery::Silent || self.is_quiet_at(due)
    }

    /// The end of the window that `now` is in. All windows of one length begin at the same moments, so that all of
    /// one window are due together.
    fn batch_end(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let window = TimeDelta::minutes(self.batch_published.minutes().into());
        now.duration_trunc(window).ok().filter(|_| !window.is_zero()).map(|start| start + window)
    }

    /// When what quiet hours hold is due: at their end, or with the digest that comes soon after.
    fn quiet_end(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (hours, zone) = self.quiet_hours.zip(self.zone)?;
        let end = hours.end_after(zone, now);
        // One that comes at the very end is near, too.
        let before = end - TimeDelta::seconds(1);
        let next = Schedule { zone, minute: self.digest.minute }.next(before, None);
        let digest = Some(next).filter(|next| self.digest.enabled && *next - end <= DIGEST_NEAR);
        Some(digest.map_or(end, |digest| digest + DIGEST_GRACE))
    }
}

#[cfg(test)]
mod tests;
