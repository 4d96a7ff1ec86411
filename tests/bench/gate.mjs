// What the check adds to a request at the gate, in workerd: node tests/bench/gate.mjs
//
// The clock of a Worker stands still while it computes, so that the time is taken outside: a request in which the Worker
// reads a choice and judges its person many times, beside one in which it only reads it as often.

import { join } from "node:path";

import { installPackage } from "../support/install.mjs";
import { bundleWorker, startWorker } from "../support/worker.mjs";

const REQUESTS = 101;
const CHECKS = 500;
const WORKER = `
import { createPolicy } from "security-contact-policy";
const policy = createPolicy();
export default {
  async fetch(request) {
    const text = await request.text();
    const check = new URL(request.url).pathname === "/check";
    let eligible = 0;
    for (let i = 0; i < ${CHECKS}; i++) {
      const { person } = JSON.parse(text);
      eligible += check ? Number(policy.eligibility(person).eligible) : Number(person.status === "active");
    }
    return new Response(String(eligible));
  },
};`;
const person = { id: "u-17", role: "admin", accountSettings: "none", status: "active", lastLoginAt: new Date().toISOString(), staffRole: null };
const body = JSON.stringify({ userId: person.id, person });

const project = installPackage();
const worker = await startWorker(await bundleWorker(project.write("worker.js", WORKER), join(project.folder, "dist")), "worker.js");
const times = { "/check": [], "/read": [] };
for (let round = 0; round < REQUESTS + 20; round++) {
  for (const [path, list] of Object.entries(times)) {
    const start = process.hrtime.bigint();
    const answer = await (await fetch(new URL(path, worker.url), { method: "POST", body })).text();
    if (answer !== String(CHECKS)) throw new Error(`the Worker answered ${answer}`);
    if (round >= 20) list.push(Number(process.hrtime.bigint() - start) / CHECKS / 1000);
  }
}
worker.stop();
project.remove();

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const [check, read] = [median(times["/check"]), median(times["/read"])];
console.log(`reading a choice ${read.toFixed(2)} µs, and judging its person ${check.toFixed(2)} µs: the check adds ${(check - read).toFixed(2)} µs (medians of ${REQUESTS} requests of ${CHECKS})`);
