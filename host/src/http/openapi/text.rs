//! The kinds of text. JSON Schema counts characters where the host counts bytes: `format` says so where it matters.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Any text but control characters.
const NO_CONTROL: &str = r"^[^\u0000-\u001f\u007f-\u009f]+$";

/// The same with something in it besides white space.
const SOME_WORD: &str =
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u001f\u007f-\u009f\s][^\u0000-\u001f\u007f-\u009f]*$";

/// The same with line feeds.
const SOME_LINES: &str = r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*[^\u0000-\u001f\u007f-\u009f\s][^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$";

/// A kind of text.
pub(super) struct Kind {
    pub(super) description: &'static str,
    /// The fewest and the most characters.
    pub(super) length: Option<(usize, usize)>,
    pub(super) pattern: Option<&'static str>,
    pub(super) format: Option<SchemaFormat>,
}

impl Kind {
    pub(super) fn schema(self) -> RefOr<Schema> {
        let (shortest, longest) = self.length.unzip();
        let text = ObjectBuilder::new().schema_type(Type::String).description(Some(self.description));
        let text = text.min_length(shortest).max_length(longest).pattern(self.pattern).format(self.format);
        text.build().into()
    }
}

/// One of a few words.
struct Word(&'static [&'static str]);

impl Word {
    fn schema(self) -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(self.0.to_vec())).build().into()
    }
}

fn custom(format: &str) -> Option<SchemaFormat> {
    Some(SchemaFormat::Custom(format.to_owned()))
}

/// Types that exist in the document alone, each with its kind of text.
macro_rules! texts {
    ($($name:ident: $kind:expr;)+) => {$(
        #[doc = concat!("How the document describes `", stringify!($name), "`.")]
        pub(in crate::http) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $kind.schema()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

texts! {
    AccountId: Kind {
        description: "The id of one customer: 1 to 128 bytes of UTF-8 without control characters.",
        length: Some((1, 128)), pattern: Some(NO_CONTROL), format: custom("id"),
    };
    UserId: Kind {
        description: "The id of a person: 1 to 128 bytes of UTF-8 without control characters.",
        length: Some((1, 128)), pattern: Some(NO_CONTROL), format: custom("id"),
    };
    UserIdInHeader: Kind {
        description: "The id of a person in UTF-8.",
        length: Some((1, 128)), pattern: None, format: custom("id-in-header"),
    };
    RoleName: Kind {
        description: "The name of a role: 1 to 64 bytes of UTF-8.",
        length: Some((1, 64)), pattern: None, format: custom("role-name"),
    };
    DisplayName: Kind {
        description: "A name as people write it: 1 to 200 characters, not all of them white space.",
        length: Some((1, 200)), pattern: Some(SOME_WORD), format: None,
    };
    EventText: Kind {
        description: "What happened, in words: 1 to 2,000 characters; line feeds are the only control characters.",
        length: Some((1, 2_000)), pattern: Some(SOME_LINES), format: None,
    };
    MailAddress: Kind {
        description: "`local@domain` of at most 254 bytes; letters may be of any language.",
        length: Some((3, 254)), pattern: None, format: custom("mail-address"),
    };
    Instant: Kind {
        description: "An instant of RFC 3339 in the years 1 to 9999; answers have UTC and milliseconds.",
        length: None, pattern: None, format: Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
    };
    Sha256: Kind {
        description: "A SHA-256 in hexadecimal digits.",
        length: None, pattern: Some("^[0-9a-f]{64}$"), format: None,
    };
    Fingerprint: Kind {
        description: "The hash of the policy's version and the rules in force.",
        length: None, pattern: Some("^[0-9a-f]+$"), format: None,
    };
    ExpectedState: Kind {
        description: "The version of a designation, as in `\"v3\"`, or `*` for any.",
        length: None, pattern: Some(r#"^(\*|"v(0|[1-9][0-9]{0,17})")$"#), format: None,
    };
    ETag: Kind {
        description: "The version of a designation, as in `\"v3\"`.",
        length: None, pattern: Some(r#"^"v(0|[1-9][0-9]{0,17})"$"#), format: None,
    };
    IdempotencyKey: Kind {
        description: "What tells this request from others: 1 to 255 visible ASCII characters.",
        length: Some((1, 255)), pattern: Some("^[!-~]+$"), format: None,
    };
    Cursor: Kind {
        description: "The `nextCursor` of an earlier answer.",
        length: None, pattern: None, format: custom("cursor"),
    };
    Query: Kind {
        description: "Part of a name or of an address, in any case and with or without accents.",
        length: Some((0, 254)), pattern: None, format: None,
    };
    Outcome: Word(&["changed", "unchanged"]);
    Queued: Word(&["queued", "repeated"]);
    Healthy: Word(&["ok"]);
    ReadyToWork: Word(&["ready"]);
    ModuleBytes: Kind {
        description: "WebAssembly.",
        length: None, pattern: None, format: Some(SchemaFormat::KnownFormat(KnownFormat::Binary)),
    };
}
