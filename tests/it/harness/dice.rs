//! Chance in tests, from a seed that is printed with a failing one: the same seed makes the same choices again.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// The seed of this test; `FAULT_SEED` repeats a run.
#[allow(clippy::print_stdout)] // shown with a failing test
pub fn seed() -> u64 {
    let given = std::env::var("FAULT_SEED").ok();
    let seed = given.map_or_else(rand::random, |seed| seed.parse().expect("FAULT_SEED is a number"));
    println!("FAULT_SEED={seed}");
    seed
}

/// A random source from [`seed`].
pub fn dice() -> StdRng {
    StdRng::seed_from_u64(seed())
}
