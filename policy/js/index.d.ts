import type {
    Access,
    AccountInput,
    Answer,
    ChangeInput,
    ChangeOutcome,
    Contact,
    ErrorCode,
    Event,
    Person,
    PolicyRequest,
    RemindedFor,
    ReviewOutcome,
    Route,
    Rules,
    UserId,
    Verdict,
} from "./security_contact_policy.js";

export type {
    Access,
    AccountInput,
    AccountSettings,
    Answer,
    Cause,
    ChangeInput,
    ChangeOutcome,
    Contact,
    Designation,
    DesigneeInput,
    ErrorCode,
    Event,
    EventKind,
    Instant,
    Name,
    Notice,
    NoticeKind,
    Person,
    PolicyError as PolicyFault,
    PolicyRequest,
    Reason,
    RefusalCode,
    RemindedFor,
    Reminder,
    ReviewOutcome,
    Route,
    Rules,
    Severity,
    Source,
    Status,
    UserId,
    Verdict,
} from "./security_contact_policy.js";

/** An instant: a Date, milliseconds since 1970-01-01T00:00:00Z, or RFC 3339 text; in the years 0001 to 9999. */
export type When = Date | number | string;

/** When a question is asked. */
export interface At {
    /** The instant to decide for; the caller's clock when it is missing. */
    now?: When | undefined;
}

/** What somebody asks for, with all that decides about it. */
export interface ChangeQuestion extends At {
    account: AccountInput;
    /** The contact that was announced last, or null when nobody was. */
    announced: UserId | null;
    /** Who asks, or null for somebody who is no member of the account. */
    actor: Person | null;
    change: ChangeInput;
}

/** An account with what was announced and reminded of before. */
export interface ReviewQuestion extends At {
    account: AccountInput;
    /** The contact that was announced last, or null when nobody was. */
    announced: UserId | null;
    /** The reminders that were sent, or null when none were. */
    remindedFor: RemindedFor | null;
}

/**
 * The policy under one set of rules. Every answer is a pure function of the arguments and the rules.
 *
 * Its memory is given back when it is no longer reachable; `free` or `using` do that at once.
 */
export interface Policy {
    /** A hash of the version and the rules in force, 64 hexadecimal digits: equal wherever the same is decided. */
    readonly fingerprint: string;
    /** The version of the rules themselves; it changes whenever any answer can change. */
    readonly version: string;
    /** The SHA-256 of the module's bytes, 64 hexadecimal digits. */
    readonly moduleSha256: string;
    /** The rules in force. */
    readonly rules: Rules;
    /** Can this person be the contact, and if not, why not? Throws {@link PolicyError}. */
    eligibility(person: Person, options?: At): Verdict;
    /** The same for many people at once, in their order; a path in an error begins with `people[3]`. */
    eligibilityMany(people: readonly Person[], options?: At): Verdict[];
    /** May this person see and change the contact? Throws {@link PolicyError}. */
    access(person: Person): Access;
    /** Who is the contact, and why? Throws {@link PolicyError}. */
    resolve(account: AccountInput, options?: At): Contact;
    /** May the contact be changed, what does it become, and who is told? Throws {@link PolicyError}. */
    change(question: ChangeQuestion): ChangeOutcome;
    /** Is the choice still valid, who is told or reminded, and when to look again? Throws {@link PolicyError}. */
    review(question: ReviewQuestion): ReviewOutcome;
    /** Who receives a security event? Throws {@link PolicyError}. */
    route(account: AccountInput, event: Event, options?: At): Route;
    /** Answers one request of plain data. What does not fit is an answer too: `{ error }`. */
    decide(request: PolicyRequest): Answer;
    /** Gives the memory back; every later use throws a {@link PolicyError} with the code `freed`. */
    free(): void;
    [Symbol.dispose](): void;
}

/** What does not fit. `code` and `path` are a contract, `message` is for people. */
export class PolicyError extends Error {
    constructor(code: PolicyError["code"], path: string, message: string);
    readonly name: "PolicyError";
    /** `not_initialized`: `init()` was not awaited. `freed`: the policy was freed. The others are the policy's own. */
    readonly code: ErrorCode | "not_initialized" | "freed";
    /** The field at fault, such as `person.status` or `rules.contactRoles[3]`; empty for the request as a whole. */
    readonly path: string;
}

/**
 * Loads the module. Await it once in a browser; where the module is at hand (Node, Deno, Bun, Workers) it does nothing
 * that the first use would not do. After a failure it can be called again.
 */
export function init(): Promise<void>;

/** A policy under these rules; a missing rule takes its default. Throws {@link PolicyError}. */
export function createPolicy(rules?: Partial<Rules>): Policy;

/** Answers one request under its own rules or the default ones. What does not fit is an answer too: `{ error }`. */
export function decide(request: PolicyRequest): Answer;

/** The version of the rules themselves; it changes whenever any answer can change. */
export const version: string;

/** The version of the binary interface for WebAssembly hosts. */
export const abiVersion: number;

/** The SHA-256 of the module's bytes, 64 hexadecimal digits. */
export const moduleSha256: string;
