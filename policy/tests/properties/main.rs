//! What SPEC promises of every account, person, instant and rule, tried on thousands of them.

mod change;
mod eligibility;
mod review;
mod text;
mod world;
