//! The rules as native code: lines of JSON requests on standard input, the lines of their answers on standard output.

use std::io::{self, BufRead, BufWriter, Write};

use security_contact_policy::{Rules, json};

fn main() -> io::Result<()> {
    let rules = Rules::default();
    let mut output = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        writeln!(output, "{}", json::decide_text(&line?, &rules))?;
    }
    output.flush()
}
