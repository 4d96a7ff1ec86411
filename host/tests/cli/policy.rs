//! `policy`, and the options that all commands share.

use security_contact_host::engine::{Engine, MODULE, Metadata};
use security_contact_policy::Rules;

use crate::support::{Folder, program, run_with};

#[test]
fn the_identity_is_that_of_the_engine() {
    let printed = run_with(program(["policy"]), b"").printed();
    let found: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let engine = Engine::embedded(&Rules::default()).unwrap();
    let expected = serde_json::json!({
        "module": Metadata::of(MODULE).unwrap(),
        "policyVersion": engine.identity().policy_version,
        "moduleSha256": engine.identity().module_sha256,
        "fingerprint": engine.identity().fingerprint,
        "rules": Rules::default(),
    });
    assert_eq!(found, expected);
    assert_eq!(printed.lines().count(), 1);
    // What is not another one with every build is in the documentation as it is.
    let documented =
        include_str!("../../../docs/cli.md").lines().find(|line| line.starts_with("{\"module\":")).unwrap();
    let documented: serde_json::Value = serde_json::from_str(documented).unwrap();
    for name in ["name", "version", "policyVersion", "abiVersion"] {
        assert_eq!(documented["module"][name], found["module"][name], "{name}");
    }
    assert_eq!(documented["rules"], found["rules"]);
}

#[test]
fn a_file_is_described_whether_or_not_it_can_run() {
    let folder = Folder::new();
    let module = folder.write("module.wasm", MODULE);
    let printed = run_with(program(["policy", "--module", &module]), b"").printed();
    assert_eq!(printed, run_with(program(["policy"]), b"").printed());

    // The name of an import is another one, so that the module may not run here.
    let other = folder.write("other.wasm", replaced(MODULE, b"__wbg_set_", b"__wbg_now_"));
    let printed = run_with(program(["policy", "--module", &other]), b"").printed();
    let found: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(found["module"], serde_json::json!(Metadata::of(MODULE).unwrap()));
    assert!(found["unusable"].as_str().unwrap().contains("__wbg_now"), "{printed}");
    assert!(found.get("fingerprint").is_none(), "{printed}");
}

#[test]
fn a_file_that_is_no_module_of_the_policy_is_refused() {
    let folder = Folder::new();
    let cases: [(&[u8], &str); 3] = [
        (b"\0asm\x01\0\0\0", "it does not say what it is"),
        (b"text", "is not a usable WebAssembly module"),
        (&MODULE[..2000], "is not a usable WebAssembly module"),
    ];
    for (contents, expected) in cases {
        let path = folder.write("module.wasm", contents);
        let error = run_with(program(["policy", "--module", &path]), b"").failed(1);
        assert!(error.starts_with(&format!("error: `{path}` is not a module of this policy: ")), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    let error = run_with(program(["policy", "--module", "/no/such/file"]), b"").failed(1);
    assert!(error.starts_with("error: the module `/no/such/file` cannot be read: "), "{error}");
}

/// The bytes with the first occurrence of `from` replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let start = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..start], to, &bytes[start + from.len()..]].concat()
}

#[test]
fn rules_come_from_the_environment_too() {
    let folder = Folder::new();
    let rules = folder.write("rules.json", r#"{"copyOwnerOnEvents":true}"#);
    let mut command = program(["policy"]);
    command.env("SECURITY_CONTACT_RULES", &rules);
    let printed = run_with(command, b"").printed();
    assert_eq!(printed, run_with(program(["policy", "--rules", &rules]), b"").printed());
    assert!(printed.contains(r#""copyOwnerOnEvents":true"#), "{printed}");
}

#[test]
fn rules_that_cannot_be_used_are_told_in_one_line() {
    let folder = Folder::new();
    let cases: [(&[u8], &str); 6] = [
        (br#"{"maxLoginAgeDays":0}"#, "`rules.maxLoginAgeDays`: expected a whole number from 1 to 3650"),
        (br#"{"maxLoginAge":1}"#, "`rules.maxLoginAge`: "),
        (br#"{"contactRoles":["owner",7]}"#, "`rules.contactRoles[1]`: "),
        (b"{\n\"maxLoginAgeDays\":30,\n}", "expected JSON: key must be a string at line 3 column 1"),
        (b"[]", "`rules`: expected an object"),
        (b"\xff", "expected JSON"),
    ];
    for (contents, expected) in cases {
        let path = folder.write("rules.json", contents);
        let error = run_with(program(["policy", "--rules", &path]), b"").failed(1);
        assert!(error.starts_with(&format!("error: the rules file `{path}` cannot be used: {expected}")), "{error}");
    }
    let missing = folder.path().join("missing.json");
    let error = run_with(program(["policy", "--rules", missing.to_str().unwrap()]), b"").failed(1);
    assert!(error.contains("missing.json` cannot be read: No such file"), "{error}");
}

#[test]
fn a_log_filter_that_cannot_be_used_is_told() {
    let error = run_with(program(["policy", "--log", "a=b=c"]), b"").failed(1);
    assert!(error.starts_with("error: the log filter `a=b=c` cannot be used: "), "{error}");
}
