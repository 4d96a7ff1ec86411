//! Mail: what it says, and how it goes out.
