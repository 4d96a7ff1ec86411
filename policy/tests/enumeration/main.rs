//! Every combination of what the rules distinguish, against a second reading of SPEC.
//!
//! `spec` is that reading: plain words and milliseconds, and no code of this crate. The suites build each combination
//! twice, for it and for the policy, and compare the answers.

mod both;
mod change;
mod eligibility;
mod review;
mod spec;
