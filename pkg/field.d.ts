import type { Reason, Source, UserId } from "./index.js";

/** Headers for one request. They are asked for each time, so that a token may be renewed. */
export type Credentials = () => HeadersInit | Promise<HeadersInit>;

/** What is stored, as the server tells it to those who may see it. */
export interface ContactState {
    account: { id: string; name: string };
    version: number;
    contact: {
        userId: UserId;
        source: Source;
        validUntil: string | null;
        reasons: Reason[];
        ownerUnmet: Reason[];
        name: string;
        email: string | null;
        role: string;
        lastLoginAt: string | null;
    };
    designation: { userId: UserId; name: string | null; since: string; by: UserId } | null;
    canEdit: boolean;
    fingerprint: string;
}

/**
 * `<security-contact-field account="acme" base="https://api.example.com"></security-contact-field>`: the whole field, for
 * any page. Importing this file makes the element known.
 *
 * Attributes: `account`, the account's id; `base`, where the API is, without a final slash (the page's own origin when it
 * is missing); `lang`, `en` or `de` (the language of the page around it when it is missing); `view-as`, for the demo alone.
 *
 * It fires `security-contact` with a {@link ContactState} when the field is shown and whenever something else is stored.
 */
export class SecurityContactField extends HTMLElement {
    /** Says who is asking, such as `() => ({ authorization: "Bearer …" })`; cookies alone do when it is null. */
    credentials: Credentials | null;
}

declare global {
    interface HTMLElementTagNameMap {
        "security-contact-field": SecurityContactField;
    }
    interface HTMLElementEventMap {
        "security-contact": CustomEvent<ContactState>;
    }
}
