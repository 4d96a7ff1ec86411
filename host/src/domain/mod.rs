//! What happens around the security contact. It holds no rule: the engine decides. It names no database, no mail
//! server and no HTTP: those are adapters of the ports.

mod fold;
pub mod model;
pub mod ports;

pub use fold::fold;
