// The policy for JavaScript: a comfortable cover over the module.

import { encodePeople, encodeQuestion, encodeRequest, encodeRules } from "./cbor.js";
import { moduleSha256, version } from "./identity.js";
import { PolicyError } from "./error.js";
import { instantOf, textOf } from "./instant.js";
import { Quick, wordsOf } from "./quick.js";

/**
 * The exports of the package over a way to get the module's glue.
 *
 * @param load gives the glue, or throws when the module is not there yet
 */
export function policyOver(load) {
  let words;

  class Policy {
    #engine;
    #quick;

    constructor(rules) {
      const glue = load();
      words ??= wordsOf(glue.words());
      try {
        this.#engine = new glue.Engine(rules === undefined ? undefined : encodeRules(rules));
      } catch (thrown) {
        throw Array.isArray(thrown) ? new PolicyError(...thrown) : thrown;
      }
      this.#quick = new Quick(this.#engine, glue.memory, words);
    }

    get version() {
      return version;
    }

    get moduleSha256() {
      return moduleSha256;
    }

    get fingerprint() {
      return this.#live().fingerprint;
    }

    get rules() {
      return JSON.parse(this.#live().rules);
    }

    eligibility(person, options) {
      const now = instantOf(options?.now);
      this.#live();
      return this.#quick.one(person, now) ?? this.#ask({ op: "eligibility", person, now: textOf(now) });
    }

    eligibilityMany(people, options) {
      this.#live();
      const now = instantOf(options?.now);
      const verdicts = this.#quick.many(people, now);
      return verdicts ?? answerOf(this.#live().eligibilityMany(encodePeople({ people, now: textOf(now) })));
    }

    access(person) {
      return this.#ask({ op: "access", person });
    }

    resolve(account, options) {
      return this.#ask({ op: "resolve", account, now: textOf(instantOf(options?.now)) });
    }

    change(request) {
      const { account, announced, actor, change, now } = objectOf(request);
      return this.#ask({ op: "change", account, announced, actor, change, now: textOf(instantOf(now)) });
    }

    review(request) {
      const { account, announced, remindedFor, now } = objectOf(request);
      return this.#ask({ op: "review", account, announced, remindedFor, now: textOf(instantOf(now)) });
    }

    route(account, event, options) {
      return this.#ask({ op: "route", account, event, now: textOf(instantOf(options?.now)) });
    }

    decide(request) {
      return JSON.parse(this.#live().decide(encodeRequest(request)));
    }

    free() {
      this.#engine?.free();
      this.#engine = undefined;
      this.#quick.close();
    }

    [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
      this.free();
    }

    #live() {
      if (this.#engine === undefined) throw new PolicyError("freed", "", "this policy was freed");
      return this.#engine;
    }

    #ask(question) {
      return answerOf(this.#live().decide(encodeQuestion(question)));
    }
  }

  let usual;
  return {
    createPolicy: (rules) => new Policy(rules),
    decide: (request) => (usual ??= new Policy()).decide(request),
  };
}

/** The answer in the module's text; an error in it is thrown. */
function answerOf(text) {
  const answer = JSON.parse(text);
  if (answer.error === undefined) return answer;
  const { code, path, message } = answer.error;
  throw new PolicyError(code, path, message);
}

function objectOf(request) {
  if (typeof request === "object" && request !== null) return request;
  throw new PolicyError("invalid_input", "", "expected an object");
}
