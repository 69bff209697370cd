//! placeholder
/// x
pub fn json_schema() {}
