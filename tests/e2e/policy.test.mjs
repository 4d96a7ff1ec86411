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

test("everybody of the vectors gets the same verdict on the page and from the server", async (context) => {
  const demo = await demoFor(context);
  const everybody = peopleOfVectors();
  assert.ok(everybody.length > 200, `${everybody.length}`);
  const lines = everybody.map((facts, index) => person("vectors", `v-${String(index).padStart(4, "0")}`, `Somebody ${index}`, facts));
  const owner = person("vectors", "u-owner", "Ada Owner", { role: "owner" });
  importLines(demo, [{ type: "account", id: "vectors", name: "Vectors", owner: "u-owner" }, owner, ...lines]);

  const page = await visit(context, demo, "vectors", "u-owner");
  const server = [];
  for (let cursor = ""; cursor !== null; ) {
    const params = new URLSearchParams({ limit: "200", ...(cursor === "" ? {} : { cursor }) });
    const { body } = await ask(demo, "u-owner", `vectors/security-contact/candidates?${params}`);
    server.push(...body.candidates);
    cursor = body.nextCursor;
  }
  assert.equal(server.length, everybody.length + 1);
  const here = await page.evaluate(async (people) => {
    const { createPolicy } = await import("/assets/manual.js");
    const { rules } = await (await fetch("/v1/policy")).json();
    return createPolicy(rules).eligibilityMany(people);
  }, server.map((one) => one.person));
  assert.deepEqual(here, server.map(({ verdict }) => verdict));

  // And what the list shows is what was decided.
  await search(page, "");
  await combobox(page).click();
  const choosable = server.filter(({ verdict }) => verdict.eligible).length;
  const count = server.length.toLocaleString("en-GB");
  await page.getByText(`${count} people, ${choosable} can be chosen`).first().waitFor();
  const shown = await page.locator("[role=option]").evaluateAll((rows) => rows.map((row) => row.ariaDisabled));
  assert.deepEqual(shown, server.slice(0, shown.length).map(({ verdict }) => String(!verdict.eligible)));
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
