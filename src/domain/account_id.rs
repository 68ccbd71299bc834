//! What an account may be called: the platform's id of a person, a JWT's `sub`.

/// The longest account id accepted, in characters: far above any platform's, far below an index's limit.
pub const MAX_CHARS: usize = 200;

/// Says what is wrong with `account` as the platform's id of a person, in words for an engineer.
pub fn check(account: &str) -> Result<(), &'static str> {
    if account.trim().is_empty() {
        return Err("`account` is empty");
    }
    if account.chars().count() > MAX_CHARS {
        return Err("`account` is longer than 200 characters");
    }
    // PostgreSQL's text cannot hold it, and no name needs it.
    if account.contains('\0') {
        return Err("`account` contains a NUL character");
    }
    Ok(())
}
