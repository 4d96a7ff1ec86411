//! Requests as CBOR (RFC 8949), as other hosts write them and as JSON text becomes.

use security_contact_policy::{Plain, PolicyError, Rules, json};

/// The shortest head of a CBOR item with its argument.
fn head(kind: u8, argument: u64) -> Vec<u8> {
    let with = |info: u8, bytes: &[u8]| [&[kind << 5 | info], bytes].concat();
    match argument {
        0..=23 => with(u8::try_from(argument).unwrap(), &[]),
        24..=0xff => with(24, &argument.to_be_bytes()[7..]),
        0x100..=0xffff => with(25, &argument.to_be_bytes()[6..]),
        0x1_0000..=0xffff_ffff => with(26, &argument.to_be_bytes()[4..]),
        _ => with(27, &argument.to_be_bytes()),
    }
}

fn text(text: &str) -> Vec<u8> {
    [head(3, text.len() as u64), text.as_bytes().to_vec()].concat()
}

fn object(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let members = members.iter().flat_map(|(name, value)| [text(name), value.clone()]);
    head(5, members.clone().count() as u64 / 2).into_iter().chain(members.flatten()).collect()
}

/// The rules that hold when one of them has this value.
fn rules(name: &str, value: Vec<u8>) -> Result<Rules, PolicyError> {
    Plain::from_cbor(object(&[(name, value)])).unwrap().to_rules()
}

fn age(value: Vec<u8>) -> Option<u32> {
    rules("maxLoginAgeDays", value).ok().map(|rules| rules.max_login_age_days)
}

#[test]
fn integers_and_two_widths_of_floating_point_are_numbers() {
    for days in [15, 23, 24, 255, 256, 3650] {
        assert_eq!(age(head(0, days)), u32::try_from(days).ok());
        let days = f32::from(u16::try_from(days).unwrap());
        assert_eq!(age([&[0xfa][..], &days.to_be_bytes()].concat()), Some(days as u32));
        assert_eq!(age([&[0xfb][..], &f64::from(days).to_be_bytes()].concat()), Some(days as u32));
    }
    // As many bytes as the writer likes.
    assert_eq!(age(vec![0x1b, 0, 0, 0, 0, 0, 0, 0, 30]), Some(30));
    assert_eq!(age(head(0, 3651)), None);
    assert_eq!(age(head(0, 0x1_0000_001e)), None);
    assert_eq!(age([&[0xfb][..], &f64::NAN.to_be_bytes()].concat()), None);
}

#[test]
fn negative_integers_are_below_zero() {
    let skew = |value| rules("maxClockSkewSeconds", value).map(|rules| rules.max_clock_skew_seconds);
    assert_eq!(skew(head(0, 0)), Ok(0));
    for negative in [0, 1, 300] {
        let error = skew(head(1, negative)).unwrap_err();
        assert_eq!(error.message, "expected a whole number from 0 to 86400, got a number");
    }
    // The nearest whole number of a negative one is 0, which is no day to remind on.
    let error = rules("expiryReminderDays", [head(4, 1), head(1, 13)].concat()).unwrap_err();
    assert_eq!(error.path, "rules.expiryReminderDays", "whole, and out of range");
}

#[test]
fn what_json_has_not_is_skipped_and_has_no_use() {
    let half = [&[0xf9][..], &[0x4b, 0x80]].concat();
    let tagged = [head(6, 1), head(0, 30)].concat();
    let nested = [head(6, 1), head(4, 2), tagged.clone(), head(2, 1), vec![9]].concat();
    for other in [vec![0xf7], vec![0xf8, 99], half, tagged, nested, [head(2, 2), vec![3, 4]].concat(), vec![0x61, 0xff]]
    {
        let error = rules("maxLoginAgeDays", other.clone()).unwrap_err();
        assert!(error.message.ends_with("got something that is not JSON"), "{error}");
        let person = object(&[("more", other), ("id", text(""))]);
        let error = Plain::from_cbor(person).unwrap().to_person("person").unwrap_err();
        assert_eq!(error.path, "person.id", "what lies behind it is found");
    }
}

#[test]
fn bytes_that_are_not_one_item_are_no_request() {
    let whole = object(&[("op", text("access"))]);
    let beyond = [whole.as_slice(), &[0xf6]].concat();
    let short = &whole[..whole.len() - 1];
    let indefinite = [&[0xbf][..], &whole[1..], &[0xff]].concat();
    let endless = [head(4, u64::MAX), vec![0]].concat();
    let twice = head(5, u64::MAX);
    for bytes in [&[][..], short, &beyond, &indefinite, &endless, &twice, &head(6, 1), &[0x1c], &head(3, u64::MAX)] {
        let error = Plain::from_cbor(bytes.to_vec()).unwrap_err();
        assert_eq!((error.path.as_str(), error.message.as_str()), ("", "expected one CBOR item of definite length"));
        assert!(json::decide_plain(bytes, &Rules::default()).contains(&error.message));
    }
    assert_eq!(Plain::from_cbor(whole.clone()).map(|plain| plain.as_cbor().to_vec()), Ok(whole));
}

/// JSON text becomes the shortest heads, save that 16 bits are never used for a length.
#[test]
fn json_becomes_these_bytes() {
    let cbor = |json: &str| json::read(json.as_bytes()).unwrap().as_cbor().to_vec();
    for (json, expected) in [("null", [0xf6]), ("true", [0xf5]), ("false", [0xf4]), ("[]", [0x80]), ("{}", [0xa0])] {
        assert_eq!(cbor(json), expected);
    }
    assert_eq!(cbor("-1.5"), [0xfb, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0]);
    assert_eq!(cbor(r#""\ud800""#), [0xf7]);
    assert_eq!(cbor(r#"{"a":[1,{}],"a":[true]}"#), [0xa1, 0x61, b'a', 0x81, 0xf5]);
    let long = |length: u32| match length {
        0x100.. => [&[26][..], &length.to_be_bytes()].concat(),
        _ => head(0, length.into()),
    };
    for length in [0, 23, 24, 255, 256, 65_535, 65_536] {
        let count = length as usize;
        let with = |kind: u8| {
            let mut head = long(length);
            head[0] |= kind;
            head
        };
        assert_eq!(cbor(&format!("\"{}\"", "a".repeat(count))), [with(0x60), vec![b'a'; count]].concat());
        let nulls = vec!["null"; count].join(",");
        assert_eq!(cbor(&format!("[{nulls}]")), [with(0x80), vec![0xf6; count]].concat());
        let members: Vec<_> = (0..count).map(|number| format!("\"{number}\":null")).collect();
        assert!(cbor(&format!("{{{}}}", members.join(","))).starts_with(&with(0xa0)));
    }
}

/// Eight levels are read; a value below them is something, and never what is asked for.
#[test]
fn deeper_values_are_skipped() {
    let cbor = |json: &str| json::read(json.as_bytes()).unwrap().as_cbor().to_vec();
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(cbor(&nested(8)), [vec![0x81; 7], vec![0x80]].concat());
    assert_eq!(cbor(&nested(9)), [vec![0x81; 8], vec![0xf7]].concat());
    assert_eq!(cbor(&nested(100)), [vec![0x81; 8], vec![0xf7]].concat());
}
