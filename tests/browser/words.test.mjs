// What the settings page says of each thing that can stand in the history.

import assert from "node:assert/strict";
import { test } from "node:test";

import { happened, reason } from "../../host/page/words.js";

const RULES = { managerRoles: ["owner", "admin"], contactRoles: ["owner", "admin"], maxLoginAgeDays: 365 };
const NAMES = { "u-1": "Olga", "u-2": "Ada", "u-3": "Ed" };

/** An entry as the server has it, with what a case says of it. */
const entry = (says) => ({ actor: null, before: null, after: null, reasons: [], detail: null, ...says });

const refused = (action, code, asked) =>
  entry({ action, actor: "u-3", before: "u-1", detail: { refused: { code, asked } } });

test("every action has a sentence, which names everybody whom it is about", () => {
  const event = (kind) => ({ event: { event: { kind, severity: "high" }, to: "u-2", messageId: "<1@x>" } });
  const cases = [
    [entry({ action: "designated", actor: "u-1", before: "u-1", after: "u-2" }), "Olga chose Ada instead of Olga."],
    [entry({ action: "reset", actor: "u-3", before: "u-2", after: "u-1" }),
      "Ed went back to the default: Olga instead of Ada."],
    [entry({ action: "reverted", before: "u-2", after: "u-1" }),
      "A review found that Ada can no longer be it. Now it is the account owner: Olga."],
    [entry({ action: "owner_changed", before: "u-1", after: "u-2" }),
      "The account has another owner, who is the contact by default: Ada instead of Olga."],
    [refused("designation_refused", "actor_not_permitted", "u-2"),
      "Ed tried to choose Ada. That was refused, since they may not change the contact:"],
    [refused("designation_refused", "not_eligible", "u-2"),
      "Ed tried to choose Ada. That was refused, since that person cannot be the contact:"],
    [refused("designation_refused", "not_a_member", "u-9"),
      "Ed tried to choose u-9. That was refused, since that person is not a member of the account."],
    [refused("reset_refused", "actor_not_permitted", null),
      "Ed tried to go back to the default. That was refused, since they may not change the contact:"],
    [entry({ action: "event_sent", detail: event("breach_alert") }),
      "Ada was sent a security event: breach alert (high)."],
    [entry({ action: "event_sent", detail: event("action_required") }),
      "Ada was sent a security event: something to do (high)."],
    [entry({ action: "address_unreachable", detail: { address: { person: "u-2" } } }),
      "The mail address of Ada was refused for good: no mail reaches it."],
    [entry({ action: "something_new" }), "This happened: something_new."],
  ];
  for (const [said, expected] of cases) {
    assert.equal(happened(said, NAMES), expected);
  }
});

test("every reason of an attempt has a sentence", () => {
  const codes = {
    manager_role_required: "They have none of the roles that may change it: owner or admin.",
    not_active: "The user is not active.",
    not_a_member: "They are not a member of the account.",
    something_new: "This is the matter: something_new.",
  };
  for (const [code, expected] of Object.entries(codes)) {
    assert.equal(reason(code, RULES).what, expected);
  }
});
