//! The rule in Rego: by the interpreter, as its README shows, and by its virtual machine. The policy is compiled before,
//! the input is built for each question.

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Rc, Value};
use serde_json::json;

use crate::people::{NOW, Person};

const POLICY: &str = r#"
package contact

default eligible := false

eligible if {
    permitted
    input.status == "active"
    input.lastLoginAt != null
    input.lastLoginAt <= input.now + 300000
    input.now - input.lastLoginAt <= 31536000000
}

permitted if input.role in {"owner", "admin"}

permitted if input.accountSettings == "edit"
"#;

const RULE: &str = "data.contact.eligible";

pub(crate) struct Interpreter(Engine);

impl Interpreter {
    pub(crate) fn new() -> Self {
        Self(engine())
    }

    pub(crate) fn is_eligible(&mut self, person: &Person) -> bool {
        self.0.set_input(input(person));
        self.0.eval_rule(RULE.to_owned()).expect("an answer") == Value::from(true)
    }
}

pub(crate) struct Machine(RegoVM);

impl Machine {
    pub(crate) fn new() -> Self {
        let rule: Rc<str> = RULE.into();
        let compiled = engine().compile_with_entrypoint(&rule).expect("a policy");
        let program = Compiler::compile_from_policy(&compiled, &[RULE]).expect("a program");
        let mut machine = RegoVM::new();
        machine.load_program(Arc::clone(&program));
        Self(machine)
    }

    pub(crate) fn is_eligible(&mut self, person: &Person) -> bool {
        self.0.set_input(input(person));
        self.0.execute().expect("an answer") == Value::from(true)
    }
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.add_policy("contact.rego".to_owned(), POLICY.to_owned()).expect("a policy");
    engine
}

fn input(person: &Person) -> Value {
    json!({
        "id": person.id,
        "role": person.role,
        "accountSettings": person.account_settings,
        "status": person.status,
        "lastLoginAt": person.last_login_at,
        "now": NOW,
    })
    .into()
}
