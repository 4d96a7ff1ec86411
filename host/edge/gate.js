// A gate before the host, at the edge: it answers what it can decide from facts that it is given, turns away a
// designation that cannot succeed, and passes everything else on. The host decides every write again.

import { createPolicy } from "security-contact-policy";

import { bodyOf } from "./body.js";
import { Origin } from "./origin.js";
import { Problem, invalid, methodNotAllowed, notEligible } from "./problem.js";

const ELIGIBILITY = "/v1/eligibility";
const CONTACT = /^\/v1\/accounts\/[^/]+\/security-contact$/;

let gate;

export default {
  async fetch(request, env) {
    gate ??= new Gate(env);
    try {
      return await gate.answer(request);
    } catch (error) {
      if (error instanceof Problem) return error.response();
      throw error;
    }
  },
};

class Gate {
  #policy;
  #origin;

  /** `ORIGIN` is the host's address; `RULES` are the host's rules as JSON text, unless they are the default ones. */
  constructor({ ORIGIN, RULES }) {
    this.#policy = createPolicy(RULES ? JSON.parse(RULES) : undefined);
    this.#origin = new Origin(ORIGIN, this.#policy.fingerprint);
  }

  async answer(request) {
    const { pathname } = new URL(request.url);
    if (pathname === ELIGIBILITY) return this.#eligibility(request);
    if (request.method === "PUT" && CONTACT.test(pathname)) return this.#designate(request);
    return this.#origin.pass(request);
  }

  /** `{ person }` or `{ people }`, and `now` unless it is the gate's clock that counts. */
  async #eligibility(request) {
    if (request.method !== "POST") throw methodNotAllowed("POST");
    const { person, people, now } = (await bodyOf(request)).value;
    const answer = this.#decided(() =>
      people === undefined ? this.#policy.eligibility(person, { now }) : this.#policy.eligibilityMany(people, { now }),
    );
    return Response.json(answer, { headers: { "security-contact-fingerprint": this.#policy.fingerprint } });
  }

  /**
   * A body may bring the chosen person's facts in `person`, beside the `userId` that the host reads. They only ever hurt
   * who brings them: the host looks at its own.
   */
  async #designate(request) {
    const { text, value } = await bodyOf(request);
    const { person, ...choice } = value;
    if (person === undefined) return this.#origin.pass(request, text);
    if (this.#origin.agrees()) {
      const { eligible, unmet } = this.#decided(() => this.#policy.eligibility(person));
      if (person.id !== choice.userId) throw invalid("person.id", "`person.id`: expected the `userId` beside the person");
      if (!eligible) throw notEligible(unmet);
    }
    return this.#origin.pass(request, JSON.stringify(choice));
  }

  #decided(decide) {
    try {
      return decide();
    } catch (error) {
      throw invalid(error.path, error.message);
    }
  }
}
