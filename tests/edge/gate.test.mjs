// The gate in workerd with its committed configuration, before the real host; a recorder between them sees what passes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { startDemo } from "../e2e/harness.mjs";
import { installPackage } from "../support/install.mjs";
import { workerd } from "../support/runtimes.mjs";
import { bundleWorker } from "../support/worker.mjs";

const EDGE = fileURLToPath(new URL("../../host/edge", import.meta.url));
const CONTACT = "/v1/accounts/acme/security-contact";
const GATE = "security-contact-gate";

const project = installPackage();
const folder = join(project.folder, "edge");
let host;
let recorder;
let gate;

before(async () => {
  cpSync(EDGE, folder, { recursive: true });
  await bundleWorker(join(folder, "gate.js"), join(folder, "dist"));
  host = await startDemo();
  recorder = await startRecorder(host.url);
  const { rules } = await (await fetch(`${host.url}/v1/policy`)).json();
  gate = await startGate({ ORIGIN: recorder.url, RULES: JSON.stringify(rules) });
});
after(async () => {
  gate?.stop();
  recorder?.stop();
  await host?.stop();
  project.remove();
});

/** Starts workerd with the configuration as it is committed, but on a free port. */
async function startGate(env) {
  const config = readFileSync(join(folder, "workerd.capnp"), "utf8").replace("127.0.0.1:8788", "127.0.0.1:0");
  writeFileSync(join(folder, "test.capnp"), config);
  const child = spawn(workerd, ["serve", join(folder, "test.capnp"), "--control-fd=3"], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "inherit", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const port = await new Promise((resolve, reject) => {
    child.stdio[3].once("data", (line) => resolve(JSON.parse(String(line).split("\n")[0]).port));
    child.once("exit", () => reject(new Error(`workerd ended: ${log}`)));
  });
  return { url: `http://127.0.0.1:${port}`, log: () => log, stop: () => child.kill() };
}

/** Passes everything on to the host, and keeps what passed; `answer` may change what comes back. */
async function startRecorder(origin) {
  const seen = [];
  const recorder = { seen, answer: (headers) => headers };
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
      const body = Buffer.concat(chunks);
      seen.push({ method, url, headers, body: String(body) });
      const onward = { ...headers, host: new URL(origin).host };
      const passed = ask(`${origin}${url}`, { method, headers: onward }, (response) => {
        outgoing.writeHead(response.statusCode, recorder.answer({ ...response.headers }));
        response.pipe(outgoing);
      });
      passed.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(recorder, { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() });
}

/** A request through the gate, as Maya unless it says otherwise. */
function through(path, { headers = {}, body, ...rest } = {}) {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const text = typeof body === "object" ? JSON.stringify(body) : body;
  return fetch(`${gate.url}${path}`, { headers: { "x-view-as": "u-maya", ...json, ...headers }, body: text, ...rest });
}

/** The facts that the host has of somebody. */
async function candidate(id) {
  const { candidates } = await (await fetch(`${host.url}${CONTACT}/candidates`, { headers: { "x-view-as": "u-maya" } })).json();
  return candidates.find(({ person }) => person.id === id);
}

/** Lets the host say that it decides alike. */
async function agree() {
  await (await through(CONTACT)).text();
}

async function designate(userId, person, etag) {
  const version = etag ?? (await through(CONTACT)).headers.get("etag");
  return through(CONTACT, { method: "PUT", headers: { "if-match": version }, body: { userId, person } });
}

test("verdicts are given at the gate, and the host is not asked", async () => {
  const [ines, jonas] = [await candidate("u-ines"), await candidate("u-jonas")];
  const before = recorder.seen.length;
  const one = await through("/v1/eligibility", { method: "POST", body: { person: ines.person } });
  assert.deepEqual(await one.json(), ines.verdict);
  assert.match(one.headers.get("security-contact-fingerprint"), /^[0-9a-f]{64}$/);
  const many = await through("/v1/eligibility", { method: "POST", body: { people: [ines.person, jonas.person] } });
  assert.deepEqual(await many.json(), [ines.verdict, jonas.verdict]);
  const later = await through("/v1/eligibility", { method: "POST", body: { person: jonas.person, now: "2100-01-01T00:00:00Z" } });
  assert.deepEqual((await later.json()).unmet, ["login_too_old"]);
  assert.equal(recorder.seen.length, before);
});

test("a question that does not fit is answered with the field", async () => {
  const { person } = await candidate("u-jonas");
  for (const [body, status, code, field] of [
    [{ person: { ...person, status: "gone" } }, 400, "invalid_input", "person.status"],
    [{ people: [person, 7] }, 400, "invalid_input", "people[1]"],
    [{ person, now: "today" }, 400, "invalid_input", "now"],
    [{}, 400, "invalid_input", "person"],
    ["[]", 400, "invalid_input", "body"],
    ["{", 400, "invalid_input", "body"],
    [`{"person":"${"x".repeat(70_000)}"}`, 413, "body_too_long", undefined],
  ]) {
    const response = await through("/v1/eligibility", { method: "POST", body });
    const problem = await response.json();
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.deepEqual([response.status, problem.status, problem.code, problem.field], [status, status, code, field]);
  }
  assert.equal((await through("/v1/eligibility")).status, 405);
  const text = await fetch(`${gate.url}/v1/eligibility`, { method: "POST", body: "{}" });
  assert.equal(text.status, 415);
});

test("a designation that cannot succeed ends at the gate, in the host's words", async () => {
  await agree();
  const ines = await candidate("u-ines");
  const etag = (await through(CONTACT)).headers.get("etag");
  const before = recorder.seen.length;
  const refused = await designate("u-ines", ines.person, etag);
  assert.equal(recorder.seen.length, before);
  const byHost = await designate("u-ines", undefined, etag);
  assert.equal(recorder.seen.length, before + 1);
  assert.deepEqual([refused.status, await refused.json()], [byHost.status, await byHost.json()]);
  const other = await designate("u-jonas", ines.person, etag);
  assert.deepEqual([other.status, (await other.json()).field], [400, "person.id"]);
});

test("one that can passes without the facts, and the host decides by its own", async () => {
  await agree();
  const [ines, jonas] = [await candidate("u-ines"), await candidate("u-jonas")];
  const changed = await designate("u-jonas", jonas.person);
  assert.deepEqual([changed.status, (await changed.json()).contact.userId], [200, "u-jonas"]);
  assert.deepEqual(JSON.parse(recorder.seen.at(-1).body), { userId: "u-jonas" });
  const forged = await designate("u-ines", { ...jonas.person, id: "u-ines" });
  assert.deepEqual([forged.status, (await forged.json()).reasons], [422, ines.verdict.unmet]);
});

test("what passes carries the gate's fingerprint and not a client's", async () => {
  const { fingerprint } = await (await fetch(`${host.url}/v1/policy`)).json();
  const response = await through(CONTACT, { headers: { [GATE]: "forged" } });
  assert.equal(recorder.seen.at(-1).headers[GATE], fingerprint);
  assert.equal(response.headers.get(GATE), null);
  for (const path of ["/v1/accounts/acme/nothing", "/", "/accounts/acme/settings/security"]) {
    const [passed, direct] = [await through(path, { redirect: "manual" }), await fetch(`${host.url}${path}`, { redirect: "manual" })];
    assert.deepEqual([passed.status, passed.headers.get("location")], [direct.status, direct.headers.get("location")], path);
  }
});

test("a gate of other rules is told, turns nobody away, and recovers", async () => {
  const usual = gate;
  gate = await startGate({ ORIGIN: recorder.url, RULES: '{"contactRoles":["owner"],"accountSettingsEditQualifies":false}' });
  try {
    const jonas = await candidate("u-jonas");
    for (let times = 0; times < 2; times++) {
      const passed = await designate("u-jonas", jonas.person);
      assert.ok([200, 422].includes(passed.status) && recorder.seen.at(-1).method === "PUT");
      assert.equal(passed.status, 200);
    }
    assert.equal(gate.log().match(/other rules or another version/g)?.length, 1, gate.log());
    // The host is deployed again with the gate's rules, as far as the gate can see.
    recorder.answer = (headers) => ({ ...headers, [GATE]: "current" });
    await agree();
    const before = recorder.seen.length;
    assert.equal((await designate("u-jonas", jonas.person, '"v1"')).status, 422);
    assert.equal(recorder.seen.length, before);
  } finally {
    recorder.answer = (headers) => headers;
    gate.stop();
    gate = usual;
  }
});

test("a host that is not there is a problem of its own", async () => {
  const usual = gate;
  gate = await startGate({ ORIGIN: "http://127.0.0.1:9" });
  try {
    const response = await through(CONTACT);
    assert.deepEqual([response.status, (await response.json()).code, response.headers.get("retry-after")], [502, "origin_unreachable", "5"]);
    const { person, verdict } = await candidate("u-ines");
    const answered = await through("/v1/eligibility", { method: "POST", body: { person } });
    assert.deepEqual(await answered.json(), verdict);
  } finally {
    gate.stop();
    gate = usual;
  }
});
