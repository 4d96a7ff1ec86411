//! The rule in Cedar: the policy parsed before, the request and its entities built for each question.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::people::{NOW, Person};

const POLICY: &str = r#"
permit (principal, action, resource) when {
    (["owner", "admin"].contains(principal.role) || principal.accountSettings == "edit") &&
    principal.status == "active" && principal has lastLoginAt &&
    principal.lastLoginAt <= context.now + 300000 && context.now - principal.lastLoginAt <= 31536000000
};"#;

pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    user: EntityTypeName,
    action: EntityUid,
    resource: EntityUid,
}

impl Cedar {
    pub(crate) fn new() -> Self {
        let user = "User".parse().expect("a type name");
        let action = r#"Action::"be""#.parse().expect("an id");
        let resource = r#"Contact::"it""#.parse().expect("an id");
        let policies = POLICY.parse().expect("a policy");
        Self { authorizer: Authorizer::new(), policies, user, action, resource }
    }

    pub(crate) fn is_eligible(&self, person: &Person) -> bool {
        let id = EntityUid::from_type_name_and_id(self.user.clone(), EntityId::new(&person.id));
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let mut facts = HashMap::from([
            ("role".to_owned(), text(person.role)),
            ("accountSettings".to_owned(), text(person.account_settings)),
            ("status".to_owned(), text(person.status)),
        ]);
        if let Some(login) = person.last_login_at {
            facts.insert("lastLoginAt".to_owned(), RestrictedExpression::new_long(login));
        }
        let principal = Entity::new(id.clone(), facts, HashSet::new()).expect("plain facts");
        let entities = Entities::from_entities([principal], None).expect("one entity");
        let now = [("now".to_owned(), RestrictedExpression::new_long(NOW))];
        let context = Context::from_pairs(now).expect("a plain context");
        let request = Request::new(id, self.action.clone(), self.resource.clone(), context, None).expect("a request");
        self.authorizer.is_authorized(&request, &self.policies, &entities).decision() == Decision::Allow
    }
}
