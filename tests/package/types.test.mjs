// TypeScript and the two linters of packages.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";

import { installPackage } from "../support/install.mjs";

const BIN = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));
const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom,esnext.disposable", "--types", ""];
const MODES = {
  bundler: ["--module", "esnext", "--moduleResolution", "bundler"],
  node16: ["--module", "node16", "--moduleResolution", "node16"],
};

const IMPORTS = `import { PolicyError, createPolicy, decide, version, type Answer, type Person, type Verdict } from "security-contact-policy";
import { initSync } from "security-contact-policy/manual";`;
const USES = `
const person: Person = { id: "u-1", role: "admin", accountSettings: "none", status: "active", lastLoginAt: null, staffRole: null };
const policy = createPolicy({ maxLoginAgeDays: 30 });
const one: Verdict = policy.eligibility(person, { now: new Date() });
const many: Verdict[] = policy.eligibilityMany([person] as const, { now: 0 });
const answer: Answer = decide({ op: "access", person });
const outcome = policy.change({ account: { owner: person, designation: null }, announced: null, actor: null, change: { kind: "reset" } });
if (outcome.outcome === "refused") outcome.reasons.includes("not_active");
try {
  policy.access(person);
} catch (error) {
  if (error instanceof PolicyError) {
    const code: "invalid_input" | "invalid_rules" | "no_owner" | "not_initialized" | "freed" = error.code;
    void code;
  }
}
void [one, many, answer, version, initSync];
`;
const WRONG = [
  'policy.access({ ...person, status: "gone" });',
  "createPolicy({ maxAge: 1 });",
  'decide({ op: "nothing" });',
  "const text: number = policy.fingerprint;",
  "policy.eligibility(person, { now: {} });",
];

const project = installPackage();
after(() => project.remove());

/** What the compiler says about a file; nothing when all is well. */
function check(name, text, mode) {
  project.write(name, text);
  const { stdout } = spawnSync(`${BIN}tsc`, [...STRICT, ...MODES[mode], name], { cwd: project.folder, encoding: "utf8" });
  return stdout;
}

for (const [mode, name] of [["bundler", "use.ts"], ["node16", "use.mts"], ["node16", "use.cts"]]) {
  test(`${name} compiles under ${mode}, and misuse does not`, () => {
    assert.equal(check(name, IMPORTS + USES, mode), "");
    for (const wrong of WRONG) assert.match(check(name, IMPORTS + USES + wrong, mode), /error TS/, wrong);
  });
}

const FIELD = `import "security-contact-policy/field";
const field = document.querySelector("security-contact-field");
if (field !== null) {
  field.credentials = async () => ({ authorization: "Bearer x" });
  field.addEventListener("security-contact", ({ detail }) => {
    const name: string = detail.contact.name;
    void name;
  });
}
`;

for (const mode of ["bundler", "node16"]) {
  test(`the field's element is typed under ${mode}`, () => {
    assert.equal(check("field.mts", FIELD, mode), "");
    assert.match(check("field.mts", `${FIELD}field.credentials = "x";`, mode), /error TS/);
  });
}

test("no declaration says any", () => {
  const text = execFileSync("cat", ["index.d.ts", "manual.d.ts", "node.d.cts", "field.d.ts"], { cwd: project.installed, encoding: "utf8" });
  assert.doesNotMatch(text, /[:<|&(,=]\s*any\b/);
});

test("attw and publint find nothing", () => {
  // What an import of the module itself gives is the bundler's business: it is no JavaScript.
  // The field is for browsers, and nobody requires an element.
  const excluded = ["--exclude-entrypoints", "./wasm", "./security_contact_policy_bg.wasm", "./field"];
  const attw = spawnSync(`${BIN}attw`, [project.tarball, ...excluded], { encoding: "utf8" });
  assert.equal(attw.status, 0, attw.stdout);
  const publint = spawnSync(`${BIN}publint`, [project.tarball, "--strict"], { encoding: "utf8" });
  assert.ok(publint.status === 0 && publint.stdout.includes("All good"), publint.stdout);
});
