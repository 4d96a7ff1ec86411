// What the first look at the page costs on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { demoFor, isContact, visit } from "./support.mjs";

const MAX_GZIP = 150_000;

test("everything of the first look is at most 150 KB with gzip, the module included", async (context) => {
  const demo = await demoFor(context);
  const answers = [];
  const page = await visit(context, demo, "acme", "u-maya", { prepare: (page) => page.on("response", (one) => answers.push(one)) });
  await isContact(page, "Maya Lindqvist", "Default (account owner)");
  await page.waitForLoadState("networkidle");
  const sizes = new Map();
  for (const answer of answers) {
    const { pathname } = new URL(answer.url());
    assert.ok(!sizes.has(pathname), `${pathname} is asked for twice`);
    sizes.set(pathname, gzipSync(await answer.body(), { level: 9 }).length);
  }
  assert.ok(sizes.has("/assets/security_contact_policy_bg.wasm"));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  context.diagnostic(`${total} bytes: ${JSON.stringify(Object.fromEntries(sizes))}`);
  assert.ok(total <= MAX_GZIP, `${total} bytes`);
});
