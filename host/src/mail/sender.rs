//! Who mail comes from.

use lettre::Address;

use crate::domain::model::{DisplayName, EmailAddress, InvalidText};

/// The address and name that mail comes from.
#[derive(Clone)]
pub struct Sender {
    address: Address,
    name: DisplayName,
}

impl Sender {
    /// A sender such as `security-contact@example.com` with the name `Security Contact`. The name has 1 to 200
    /// characters.
    ///
    /// # Errors
    /// When the address is no mail address, or the name does not fit.
    pub fn new(address: &str, name: &str) -> Result<Self, InvalidText> {
        let address: EmailAddress = address.parse()?;
        let name: DisplayName = name.parse()?;
        let Ok(address) = address.as_str().parse::<Address>() else {
            return Err(InvalidText { expected: "a mail address such as `security-contact@example.com`" });
        };
        Ok(Self { address, name })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn name(&self) -> &str {
        self.name.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::Sender;

    #[test]
    fn takes_addresses_of_this_machine_and_of_others() {
        assert!(Sender::new("security-contact@localhost", "Security Contact").is_ok());
        assert!(Sender::new("security-contact@example.com", "Sécurité").is_ok());
    }

    #[test]
    fn refuses_what_no_server_would_take() {
        let expected = |address, name| Sender::new(address, name).err().map(|error| error.expected);
        let address = "a mail address such as `ada@example.com`";
        assert_eq!(expected("a..b@example.com", "Security Contact"), Some(address));
        assert_eq!(expected("nobody", "Security Contact"), Some(address));
        let name = "a name of 1 to 200 characters without control characters";
        assert_eq!(expected("a@example.com", "Security\r\nBcc: b@example.com"), Some(name));
    }
}
