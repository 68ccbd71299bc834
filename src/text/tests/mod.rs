//! What holds for all texts together; what one file promises is tested beside it.

mod every_text;
mod hostile_arguments;
mod telegram_html;
mod translations;
mod wording;
mod writing;
