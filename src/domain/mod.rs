//! Plain types and rules without I/O, in the words of the product.

pub mod language;
