//! Other policy engines, measured in turns with ours: a line `NAME CALLS` on standard input has that engine judge as many
//! people, and is answered with the nanoseconds that took. `NAME verdicts` is answered with one digit a person.

mod cedar;
mod people;
mod rego;

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use people::Person;

type Judge = Box<dyn FnMut(&Person) -> bool>;

fn main() -> io::Result<()> {
    let people = people::all();
    let cedar = cedar::Cedar::new();
    let mut interpreter = rego::Interpreter::new();
    let mut machine = rego::Machine::new();
    let mut contenders: [(&str, Judge); 3] = [
        ("cedar", Box::new(move |person| cedar.is_eligible(person))),
        ("regorus", Box::new(move |person| interpreter.is_eligible(person))),
        ("regorus-vm", Box::new(move |person| machine.is_eligible(person))),
    ];
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (name, what) = line.split_once(' ').unwrap_or((&line, ""));
        let judge = contenders.iter_mut().find(|(known, _)| *known == name).map(|(_, judge)| judge);
        let answer = match (judge, what) {
            (None, _) => return Err(io::Error::other(format!("there is no `{name}`"))),
            (Some(judge), "verdicts") => people.iter().map(|person| if judge(person) { '1' } else { '0' }).collect(),
            (Some(judge), calls) => measure(judge, &people, calls.parse().map_err(io::Error::other)?).to_string(),
        };
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

fn measure(judge: &mut Judge, people: &[Person], calls: usize) -> u128 {
    let began = Instant::now();
    for person in people.iter().cycle().take(calls) {
        black_box(judge(black_box(person)));
    }
    began.elapsed().as_nanos()
}
