//! Deterministic sample messages.
