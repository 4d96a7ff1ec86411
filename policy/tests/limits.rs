//! The sizes that JSON text, ids, names and lists may have.

use security_contact_policy::json::{self, MAX_REQUEST_BYTES};
use security_contact_policy::{Name, Rules, UserId};

#[test]
fn a_request_has_two_mebibytes_and_no_byte_more() {
    assert_eq!(MAX_REQUEST_BYTES, 2_097_152);
    let padded = |length: usize| [b"{}".to_vec(), vec![b' '; length - 2]].concat();
    let answer = |length| json::decide_text(&padded(length), &Rules::default());
    assert!(answer(MAX_REQUEST_BYTES).contains(r#""path":"op""#), "it is read");
    for length in [MAX_REQUEST_BYTES + 1, MAX_REQUEST_BYTES + 2] {
        assert!(answer(length).contains(r#""path":"","message":"expected at most 2 MiB of JSON""#));
    }
}

#[test]
fn ids_names_and_lists_end_where_they_should() {
    assert!(UserId::new("x".repeat(128)).is_ok() && UserId::new("x".repeat(129)).is_err());
    assert!(Name::new("x".repeat(64)).is_ok() && Name::new("x".repeat(65)).is_err());
    let named = |count: usize| vec![Name::new("x").unwrap(); count];
    let refused = |rules: Rules| rules.validate().map_err(|error| error.path);
    assert_eq!(refused(Rules { blocked_staff_roles: named(64), ..Rules::default() }), Ok(()));
    let path = Err("rules.blockedStaffRoles".to_owned());
    assert_eq!(refused(Rules { blocked_staff_roles: named(65), ..Rules::default() }), path);
}
