//! Which keys a configuration has: the long options of the programs that run for long. There is no second list.

use std::any::TypeId;

use clap::{Arg, ArgAction, Command};

/// The commands whose own options are keys, beside the options of every command.
pub(super) const PROGRAMS: [&str; 2] = ["serve", "worker"];

/// A command that looks at what those programs would do, with options of theirs.
const INSPECTOR: &str = "doctor";

/// Options that say nothing to a program that runs.
const NO_KEYS: [&str; 4] = ["config", "help", "json", "version"];

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Switch,
}

impl Kind {
    pub(super) fn of(arg: &Arg) -> Self {
        let value = arg.get_value_parser().type_id();
        let numbers = [TypeId::of::<u64>(), TypeId::of::<u32>(), TypeId::of::<u16>(), TypeId::of::<usize>()];
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            Self::Switch
        } else if numbers.iter().any(|number| value == *number) {
            Self::Number
        } else {
            Self::Text
        }
    }

    /// What it has to be, for people.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Text => "text in quotes",
            Self::Number => "a whole number",
            Self::Switch => "`true` or `false`",
        }
    }
}

/// The key of an option.
pub(super) fn name(arg: &Arg) -> &str {
    arg.get_long().unwrap_or_default()
}

/// The environment variable of an option.
pub(super) fn variable(arg: &Arg) -> String {
    format!("SECURITY_CONTACT_{}", name(arg).to_uppercase().replace('-', "_"))
}

/// The options of a command that take their values from a configuration too. Those of its own are a matter between it
/// and whoever calls it, unless it is a program that runs for long.
pub(super) fn of_command(command: &Command) -> Vec<&Arg> {
    let is_program = PROGRAMS.contains(&command.get_name()) || command.get_name() == INSPECTOR;
    let of_command = command.get_arguments().filter(|arg| is_program || arg.is_global_set());
    of_command.filter(|arg| arg.get_long().is_some_and(|long| !NO_KEYS.contains(&long))).collect()
}

/// Every key there is, in the order of the programs' help.
pub(super) fn all(root: &Command) -> Vec<&Arg> {
    let mut keys: Vec<&Arg> = Vec::new();
    for key in PROGRAMS.iter().filter_map(|program| root.find_subcommand(program)).flat_map(of_command) {
        if !keys.iter().any(|known| name(known) == name(key)) {
            keys.push(key);
        }
    }
    // What every command has comes last, as it does in the help.
    keys.sort_by_key(|key| key.is_global_set());
    keys
}

/// Whether one option makes no sense beside the other.
pub(super) fn excludes(command: &Command, one: &Arg, other: &Arg) -> bool {
    let says = |from, to: &Arg| command.get_arg_conflicts_with(from).iter().any(|arg| arg.get_id() == to.get_id());
    let share_a_choice = || {
        command.get_groups().any(|group| {
            let has = |arg: &Arg| group.get_args().any(|id| id == arg.get_id());
            !group.clone().is_multiple() && has(one) && has(other)
        })
    };
    one.get_id() != other.get_id() && (says(one, other) || says(other, one) || share_a_choice())
}
