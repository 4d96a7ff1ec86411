// Which kinds of answers there were: a search that never meets a rule proves nothing about it.

const REASONS = ["role_not_allowed", "not_active", "never_logged_in", "login_too_old", "login_in_future", "blocked_staff_role"];
const each = (prefix, words) => words.map((word) => `${prefix} ${word}`);

/** Every kind that must occur. */
export const WANTED = [
  ...each("eligibility", ["eligible", ...REASONS]),
  ...each("access", ["allowed", "manager_role_required", "not_active"]),
  ...["resolve", "route"].flatMap((op) => each(op, ["default", "designated", "fallback"])),
  ...each("resolve fallback", [...REASONS, "not_a_member"]),
  ...each("resolve owner", REASONS),
  ...each("change", ["changed", "unchanged"]),
  ...each("change refused", ["actor_not_permitted", "not_a_member", "not_eligible"]),
  ...each("change notice", ["assigned designated", "unassigned designated", "assigned reset", "unassigned reset"]),
  ...each("review", ["kept", "reverted", "reminder", "due later", "never due"]),
  ...each("review notice", ["assigned reverted", "unassigned reverted", "assigned owner_changed", "unassigned owner_changed"]),
  ...each("route recipients", ["1", "2"]),
  ...each("error", ["invalid_input", "invalid_rules", "no_owner"]),
];

/** How often each kind occurs among these pairs of a request and an answer, both as text. */
export function count(pairs) {
  const counts = new Map(WANTED.map((kind) => [kind, 0]));
  for (const [request, answer] of pairs) {
    for (const kind of kindsOf(request, answer)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function kindsOf(request, answer) {
  if (answer.error !== undefined) return [`error ${answer.error.code}`];
  const { op } = request;
  switch (op) {
    case "eligibility":
      return each(op, answer.eligible ? ["eligible"] : answer.unmet);
    case "access":
      return each(op, answer.canEdit ? ["allowed"] : answer.reasons);
    case "resolve":
      return [`resolve ${answer.source}`, ...each("resolve fallback", answer.reasons), ...each("resolve owner", answer.ownerUnmet ?? [])];
    case "route":
      return [`route ${answer.contact.source}`, `route recipients ${answer.recipients.length}`];
    case "change":
      return answer.outcome === "refused" ? [`change refused ${answer.code}`] : [`change ${answer.outcome}`, ...noticesOf(op, answer)];
    default:
      return [`review ${answer.outcome}`, ...noticesOf(op, answer), ...each(op, answer.reminders.length > 0 ? ["reminder"] : []),
        `review ${answer.nextReviewAt === null ? "never due" : "due later"}`];
  }
}

function noticesOf(op, { notices = [] }) {
  return notices.map(({ kind, cause }) => `${op} notice ${kind} ${cause}`);
}
