// The page decides as the server does: by the same module, under the same rules, with the same answers.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { BUILT } from "./harness.mjs";
import { ask, combobox, demoFor, importLines, person, search, until, visit } from "./support.mjs";

const VECTORS = new URL("../vectors/", import.meta.url);

const vectors = readdirSync(VECTORS)
  .filter((name) => name.endsWith(".ndjson"))
  .flatMap((name) => readFileSync(new URL(name, VECTORS), "utf8").trimEnd().split("\n"))
  .map((line) => JSON.parse(line));

/** The answers of the server's program, which runs the module in wasmtime. */
function serverDecides(context) {
  const folder = mkdtempSync(join(tmpdir(), "vectors-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const input = vectors.map(({ request }) => `${JSON.stringify(request)}\n`).join("");
  const output = execFileSync(BUILT, ["decide", "--data", folder], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  return output.trimEnd().split("\n");
}

test("page and server give the same bytes for every vector", async (context) => {
  const page = await visit(context, await demoFor(context), "acme", "u-maya");
  const here = await page.evaluate(async (requests) => {
    const { decide } = await import("/assets/manual.js"); // the very module that the page has loaded
    return requests.map((text) => JSON.stringify(decide(JSON.parse(text))));
  }, vectors.map(({ request }) => JSON.stringify(request)));
  const there = serverDecides(context);
  assert.equal(here.length, vectors.length);
  assert.deepEqual(here, there);
});

/** Everybody whom the vectors speak of, once each, with an id of their own. */
function peopleOfVectors() {
  const found = new Map();
  for (const { request, expect } of vectors) {
    if (expect.error !== undefined || typeof request !== "object") continue;
    const { account, person: one, actor, change } = request;
    for (const facts of [one, actor, change?.kind === "designate" ? change.person : null, account?.owner, account?.designation?.person]) {
      if (typeof facts?.role !== "string") continue; // what no op reads may be anything
      const { role, accountSettings, status, lastLoginAt, staffRole } = facts;
      const kept = { role, accountSettings, status, lastLoginAt, staffRole };
      found.set(JSON.stringify(kept), kept);
    }
  }
  return [...found.values()];
}

/** What the server thinks of everybody in the account. */
async function serverJudges(demo, account) {
  const judged = [];
  for (let cursor = ""; cursor !== null; ) {
    const params = new URLSearchParams({ limit: "200", ...(cursor === "" ? {} : { cursor }) });
    const { body } = await ask(demo, "u-owner", `${account}/security-contact/candidates?${params}`);
    judged.push(...body.candidates);
    cursor = body.nextCursor;
  }
  return judged;
}

/** What the page thinks of them, by the module that it has loaded and the rules that it was told. */
const pageJudges = (page, people) =>
  page.evaluate(async (people) => {
    const { createPolicy } = await import("/assets/manual.js");
    const { rules } = await (await fetch("/v1/policy")).json();
    return createPolicy(rules).eligibilityMany(people);
  }, people);

test("everybody of the vectors gets the same verdict on the page and from the server", async (context) => {
  const demo = await demoFor(context);
  const everybody = peopleOfVectors();
  assert.ok(everybody.length > 1_000, `${everybody.length}`);
  for (const [part, from] of [["first", 0], ["second", 600]]) {
    const lines = everybody.slice(from, from + 600).map((facts, index) => person(part, `v-${index}`, `Nr ${index}`, facts));
    const owner = person(part, "u-owner", "Ada Owner", { role: "owner" });
    importLines(demo, [{ type: "account", id: part, name: part, owner: "u-owner" }, owner, ...lines]);

    const page = await visit(context, demo, part, "u-owner");
    const server = await serverJudges(demo, part);
    assert.equal(server.length, lines.length + 1);
    const verdicts = server.map(({ verdict }) => verdict);
    assert.deepEqual(await pageJudges(page, server.map((one) => one.person)), verdicts);

    // And what the list shows is what was decided.
    await search(page, "");
    await combobox(page).click();
    const choosable = verdicts.filter(({ eligible }) => eligible).length;
    await page.getByText(`${server.length} people, ${choosable} can be chosen`).first().waitFor();
    const shown = await page.locator("[role=option]").evaluateAll((rows) => rows.map((row) => row.ariaDisabled));
    assert.deepEqual(shown, verdicts.slice(0, shown.length).map(({ eligible }) => String(!eligible)));
  }
});

test("how this was decided: criteria, facts, and the same module and fingerprint on both sides", async (context) => {
  const demo = await demoFor(context);
  const page = await visit(context, demo, "acme", "u-maya");
  await page.getByText("How this was decided").click();
  await page.getByText("Server and this browser give the same answer.").waitFor();
  const criteria = await page.locator(".criteria li").allInnerTexts();
  assert.equal(criteria.length, 6);
  assert.ok(criteria.every((text) => text.includes("(met)")), criteria);
  const facts = await page.locator(".decided .facts").innerText();
  assert.match(facts, /Role\s+owner\s+Account settings\s+edits account settings\s+Status\s+active/);

  await until(async () => (await page.locator(".proof .same").count()) === 3);
  const proof = await page.locator(".proof code").allInnerTexts();
  const policy = await (await fetch(`${demo.url}/v1/policy`)).json();
  const { policyVersion, moduleSha256, fingerprint } = policy;
  assert.deepEqual(proof, [policyVersion, moduleSha256, fingerprint].flatMap((text) => [text, text]));
});
