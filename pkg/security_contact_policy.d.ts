/* tslint:disable */
/* eslint-disable */

/** A designation or a change with the person it names; `person` is null when that person has left the account. */
export interface DesigneeInput {
    userId: UserId;
    person: Person | null;
}

/** An account as the rules see it. Without an owner every answer is the error `no_owner`. */
export interface AccountInput {
    owner: Person | null;
    designation: DesigneeInput | null;
}

/** What somebody asks for. */
export type ChangeInput = ({ kind: "designate" } & DesigneeInput) | { kind: "reset" };

/** A change with all that decides about it. `actor` is null for somebody who is no member of the account. */
export interface ChangeRequest {
    account: AccountInput;
    announced: UserId | null;
    actor: Person | null;
    change: ChangeInput;
    now: Instant;
}

/** An account with what was announced and reminded of before. */
export interface ReviewRequest {
    account: AccountInput;
    announced: UserId | null;
    remindedFor: RemindedFor | null;
    now: Instant;
}

/** One question to the policy; `rules` replace the policy's own for this request. */
export type PolicyRequest = { rules?: Partial<Rules> } & (
| { op: "eligibility"; person: Person; now: Instant }
| { op: "access"; person: Person }
| { op: "resolve"; account: AccountInput; now: Instant }
| ({ op: "change" } & ChangeRequest)
| ({ op: "review" } & ReviewRequest)
| { op: "route"; account: AccountInput; event: Event; now: Instant }
);


/**
 * A person's id: 1 to 128 bytes of UTF-8 without control characters.
 */
export type UserId = string;

/**
 * A security event that an account must hear of.
 */
export interface Event {
    /**
     * What happened.
     */
    kind: EventKind;
    /**
     * How bad it is.
     */
    severity: Severity;
}

/**
 * An input that does not fit: which field, and what was expected of it.
 *
 * `code` and `path` are the contract; `message` is for people and may change.
 */
export interface PolicyError {
    /**
     * What kind of fault it is.
     */
    code: ErrorCode;
    /**
     * The field at fault, such as `account.owner.status` or `rules.contactRoles[3]`; empty for the request as a whole.
     */
    path: string;
    /**
     * One sentence for people, without a final period.
     */
    message: string;
}

/**
 * An instant in UTC with millisecond precision, from the year 0001 to the year 9999.
 *
 * It is written as RFC 3339, always with three decimals and `Z`. Finer input is truncated towards the past.
 */
export type Instant = string;

/**
 * How bad a security event is.
 */
export type Severity = "low" | "medium" | "high" | "critical";

/**
 * One message that is to be sent.
 */
export interface Notice {
    /**
     * Who is told.
     */
    to: UserId;
    /**
     * What it says.
     */
    kind: NoticeKind;
    /**
     * Why.
     */
    cause: Cause;
    /**
     * The other person of the change, or null when the recipient must not learn it.
     */
    counterpart: UserId | null;
}

/**
 * One reminder that is to be sent: the contact lapses at `validUntil` unless the person logs in.
 */
export interface Reminder {
    /**
     * Who is reminded.
     */
    to: UserId;
    /**
     * The last instant at which the contact is valid.
     */
    validUntil: Instant;
    /**
     * Which of the reminder days this is.
     */
    days: number;
}

/**
 * One user of an account: the facts that the rules look at, and nothing else.
 */
export interface Person {
    /**
     * Who it is: 1 to 128 bytes without control characters.
     */
    id: UserId;
    /**
     * `owner`, `admin`, or any other role name of the platform, 1 to 64 bytes.
     */
    role: Name;
    /**
     * What the person may do with the account's settings.
     */
    accountSettings: AccountSettings;
    /**
     * Where the person stands in the account.
     */
    status: Status;
    /**
     * The last login as RFC 3339, or null for never.
     */
    lastLoginAt: Instant | null;
    /**
     * The role in the platform's own staff, or null for a customer's user.
     */
    staffRole: Name | null;
}

/**
 * The answer to a request. Written as JSON, it has the members of SPEC 11 in their order.
 */
export type Answer = Verdict | Access | Contact | ChangeOutcome | ReviewOutcome | Route | { error: PolicyError };

/**
 * The check that refused a change.
 */
export type RefusalCode = "actor_not_permitted" | "not_a_member" | "not_eligible";

/**
 * The effective contact of an account at an instant.
 */
export interface Contact {
    /**
     * Who it is.
     */
    userId: UserId;
    /**
     * Why it is that person.
     */
    source: Source;
    /**
     * The last instant at which the designated person stays eligible; null unless `source` is `designated`.
     */
    validUntil: Instant | null;
    /**
     * Why the chosen person is not the contact; empty unless `source` is `fallback`.
     */
    reasons: Reason[];
    /**
     * The owner's own unmet criteria when the owner is the contact: a warning, the owner stays the contact.
     */
    ownerUnmet: Reason[];
}

/**
 * The kinds of errors.
 */
export type ErrorCode = "invalid_input" | "invalid_rules" | "no_owner";

/**
 * The kinds of security events.
 */
export type EventKind = "breach_alert" | "suspicious_activity" | "abnormal_login" | "action_required" | "compliance_request";

/**
 * The name of a role: 1 to 64 bytes of UTF-8. Names are compared byte by byte.
 */
export type Name = string;

/**
 * The reminders that were sent for one `validUntil`.
 */
export interface RemindedFor {
    /**
     * The end of validity that they spoke of.
     */
    validUntil: Instant;
    /**
     * Which of the reminder days were used.
     */
    days: number[];
}

/**
 * The stored choice of a person.
 */
export interface Designation {
    /**
     * Who was chosen.
     */
    userId: UserId;
}

/**
 * What a deployment may decide for itself. Every runtime of a deployment uses the same rules.
 */
export interface Rules {
    /**
     * Roles that can be the contact; at most 64. Default: `owner` and `admin`.
     */
    contactRoles: Name[];
    /**
     * Whether `accountSettings` = `edit` lets any role be the contact. Default: true.
     */
    accountSettingsEditQualifies: boolean;
    /**
     * Roles that may see and change the field; at most 64. Default: `owner` and `admin`.
     */
    managerRoles: Name[];
    /**
     * How long ago the last login may be, in days of 86,400 seconds; 1 to 3650. Default: 365.
     */
    maxLoginAgeDays: number;
    /**
     * How far in the future a login may seem to lie, in seconds; 0 to 86400. Default: 300.
     */
    maxClockSkewSeconds: number;
    /**
     * Platform-staff roles that cannot be the contact; at most 64. Default: none.
     */
    blockedStaffRoles: Name[];
    /**
     * Whether the owner gets every security event too. Default: false.
     */
    copyOwnerOnEvents: boolean;
    /**
     * Days before a contact lapses on which to remind; at most 4, strictly descending, each at least 1 and below
     * `maxLoginAgeDays`. Default: 14.
     */
    expiryReminderDays: number[];
}

/**
 * What a notice says.
 */
export type NoticeKind = "assigned" | "unassigned";

/**
 * What a person may do with the account's settings.
 */
export type AccountSettings = "none" | "view" | "edit";

/**
 * What a review found.
 */
export type ReviewOutcome = { outcome: "kept"; contact: Contact; notices: Notice[]; reminders: Reminder[]; nextReviewAt: Instant | null } | { outcome: "reverted"; reasons: Reason[]; contact: Contact; notices: Notice[]; reminders: Reminder[]; nextReviewAt: Instant | null };

/**
 * What becomes of a change.
 */
export type ChangeOutcome = { outcome: "changed"; designation: Designation | null; contact: Contact; notices: Notice[] } | { outcome: "unchanged"; contact: Contact } | { outcome: "refused"; code: RefusalCode; reasons: Reason[] };

/**
 * What made the contact change.
 */
export type Cause = "designated" | "reset" | "reverted" | "owner_changed";

/**
 * Where a person stands in the account. Only `active` people can be the contact.
 */
export type Status = "active" | "invited" | "suspended" | "deactivated";

/**
 * Whether a person can be the contact, and every criterion that is not met.
 */
export interface Verdict {
    /**
     * Whether every criterion is met.
     */
    eligible: boolean;
    /**
     * The unmet criteria, always in the same order.
     */
    unmet: Reason[];
    /**
     * The last instant at which the login is recent enough; null when not eligible.
     */
    validUntil: Instant | null;
}

/**
 * Whether a person may see and change the field, and why not.
 */
export interface Access {
    /**
     * Whether the person may see the field.
     */
    canView: boolean;
    /**
     * Whether the person may change the field; always equal to `canView`.
     */
    canEdit: boolean;
    /**
     * Why not, always in the same order; empty when allowed.
     */
    reasons: Reason[];
}

/**
 * Who receives an event.
 */
export interface Route {
    /**
     * The recipients, the contact first.
     */
    recipients: UserId[];
    /**
     * The effective contact at the instant of sending.
     */
    contact: Contact;
}

/**
 * Why a person cannot be the contact, or may not change it. The order of a list of reasons is the order here.
 */
export type Reason = "role_not_allowed" | "manager_role_required" | "not_active" | "never_logged_in" | "login_too_old" | "login_in_future" | "blocked_staff_role" | "not_a_member";

/**
 * Why the contact is who it is.
 */
export type Source = "default" | "designated" | "fallback";


/**
 * The policy under one set of rules.
 */
export class Engine {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Answers one request, as CBOR, with JSON text.
     */
    decide(request: Uint8Array | number[]): string;
    /**
     * Judges all of `people` at `now`, members of one object as CBOR. The JSON text is a list of verdicts in the order
     * of the people, or an error.
     */
    eligibilityMany(request: Uint8Array | number[]): string;
    /**
     * The policy under these rules, as CBOR, or else under the default ones. For rules that do not fit, a list of the
     * error's code, path and message is thrown.
     */
    constructor(rules?: Uint8Array | number[] | null);
    /**
     * Answers the packed questions in the first bytes of the room in the same place, and says how many bytes the answers
     * take: 0 when a question is none.
     */
    packed(bytes: number): number;
    /**
     * The address of the room for packed questions, which has that many bytes from now on.
     */
    room(bytes: number): number;
    /**
     * A hash of the version and the rules in force: equal on every runtime that decides alike.
     */
    readonly fingerprint: string;
    /**
     * The rules in force, as JSON text.
     */
    readonly rules: string;
}

/**
 * The words that packed facts and verdicts have numbers and bits for, from 0 on: account settings, statuses and reasons.
 */
export function words(): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_engine_free: (a: number, b: number) => void;
    readonly engine_decide: (a: number, b: number, c: number) => [number, number];
    readonly engine_eligibilityMany: (a: number, b: number, c: number) => [number, number];
    readonly engine_fingerprint: (a: number) => [number, number];
    readonly engine_new: (a: number, b: number) => [number, number, number];
    readonly engine_packed: (a: number, b: number) => number;
    readonly engine_room: (a: number, b: number) => number;
    readonly engine_rules: (a: number) => [number, number];
    readonly security_contact_abi_version: () => number;
    readonly security_contact_alloc: (a: number) => number;
    readonly security_contact_call: (a: number, b: number) => bigint;
    readonly security_contact_configure: (a: number, b: number) => bigint;
    readonly security_contact_decide: (a: number, b: number) => bigint;
    readonly security_contact_free: (a: number, b: number) => void;
    readonly security_contact_packed: (a: number, b: number) => number;
    readonly words: () => [number, number];
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
