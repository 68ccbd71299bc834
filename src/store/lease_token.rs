//! A claim's token: nobody can guess or repeat it, and it tells in which epoch the claim was made.

/// How many bits of a token are random; the epoch's are above them, and below the sign.
const RANDOM_BITS: u32 = 40;

/// So many epochs have tokens of their own.
const EPOCHS: i64 = 1 << (63 - RANDOM_BITS);

/// A token for a claim of the leader of `epoch`.
pub(super) fn new(epoch: i64) -> i64 {
    (epoch % EPOCHS) << RANDOM_BITS | rand::random_range(1..1 << RANDOM_BITS)
}

/// Whether the claim of `token` was made in `epoch`.
pub(super) fn is_of(token: i64, epoch: i64) -> bool {
    token >> RANDOM_BITS == epoch % EPOCHS
}

/// A condition on claimed rows, that their claim was made in another one.
pub(super) fn of_another_than(epoch: i64) -> String {
    format!("lease_token >> {RANDOM_BITS} <> {}", epoch % EPOCHS)
}
