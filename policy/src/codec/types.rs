//! The encodings of the types that cross: their fields one after another, with a number before those of a variant.

use super::Encoded;
use crate::access::Access;
use crate::change::{Change, ChangeOutcome, ChangeRequest, Designation};
use crate::contact::{Account, Contact, Designee};
use crate::decide::{Answer, Request};
use crate::eligibility::Verdict;
use crate::error::PolicyError;
use crate::event::{Event, Route};
use crate::notice::Notice;
use crate::person::Person;
use crate::review::{RemindedFor, Reminder, ReviewOutcome, ReviewRequest};

macro_rules! fields {
    ($($type:ident { $($field:ident),+ })+) => {$(
        impl Encoded for $type {
            fn write(&self, bytes: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $($field.write(bytes);)+
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                $(let $field = Encoded::read(bytes)?;)+
                Some(Self { $($field),+ })
            }
        }
    )+};
}

macro_rules! variants {
    ($($type:ident { $($number:literal = $variant:ident { $($field:tt: $name:ident),* }),+ $(,)? })+) => {$(
        impl Encoded for $type {
            fn write(&self, bytes: &mut Vec<u8>) {
                match self {
                    $(Self::$variant { $($field: $name),* } => {
                        bytes.push($number);
                        $($name.write(bytes);)*
                    })+
                }
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(match u8::read(bytes)? {
                    $($number => {
                        $(let $name = Encoded::read(bytes)?;)*
                        Self::$variant { $($field: $name),* }
                    })+
                    _ => return None,
                })
            }
        }
    )+};
}

fields! {
    Person { id, role, account_settings, status, last_login_at, staff_role }
    Account { owner, designation }
    ChangeRequest { account, announced, actor, change, now }
    ReviewRequest { account, announced, reminded_for, now }
    RemindedFor { valid_until, days }
    Event { kind, severity }
    Verdict { eligible, unmet, valid_until }
    Access { can_view, can_edit, reasons }
    Contact { user_id, source, valid_until, reasons, owner_unmet }
    Designation { user_id }
    Notice { to, kind, cause, counterpart }
    Reminder { to, valid_until, days }
    Route { recipients, contact }
    PolicyError { code, path, message }
}

variants! {
    Designee {
        0 = Member { 0: person },
        1 = Left { 0: user_id },
    }
    Change {
        0 = Designate { 0: designee },
        1 = Reset {},
    }
    Request {
        0 = Eligibility { person: person, now: now },
        1 = Access { person: person },
        2 = Resolve { account: account, now: now },
        3 = Change { 0: request },
        4 = Review { 0: request },
        5 = Route { account: account, event: event, now: now },
    }
    ChangeOutcome {
        0 = Changed { designation: designation, contact: contact, notices: notices },
        1 = Unchanged { contact: contact },
        2 = Refused { code: code, reasons: reasons },
    }
    ReviewOutcome {
        0 = Kept { contact: contact, notices: notices, reminders: reminders, next_review_at: next },
        1 = Reverted { reasons: reasons, contact: contact, notices: notices, reminders: reminders, next_review_at: next },
    }
    Answer {
        0 = Eligibility { 0: verdict },
        1 = Access { 0: access },
        2 = Resolve { 0: contact },
        3 = Change { 0: outcome },
        4 = Review { 0: outcome },
        5 = Route { 0: route },
        6 = Error { error: error },
    }
}
