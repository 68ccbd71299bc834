//! Due posts → publisher → outcome → event.
