// What the browser tests share: the running product, and a browser.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const BUILT = fileURLToPath(new URL("../../target/release/security-contact", import.meta.url));

/**
 * Starts the demo on a free port with an empty data folder of its own, and waits until it says where it listens.
 *
 * Gives its `url` (without a final slash), its `dataDir`, `output()` with what it has printed so far, and `stop()`,
 * which ends it and deletes the data folder.
 *
 * @throws when the program cannot be started, ends before it listens, or does not listen within `deadlineMs`.
 */
export async function startDemo({ program = BUILT, deadlineMs = 30_000 } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), "security-contact-"));
  const child = spawn(program, ["demo", "--data", dataDir, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  child.stderr.setEncoding("utf8").on("data", (text) => (printed.stderr += text));
  const ended = once(child, "close");

  const stop = async () => {
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
    await ended.catch(() => {});
    clearTimeout(killer);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await untilListening(child, ended, printed, deadlineMs);
    return { url, dataDir, output: () => printed.stdout, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address in the first line that has one. */
async function untilListening(child, ended, printed, deadlineMs) {
  const listening = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      printed.stdout += `${line}\n`;
      const [url] = line.match(/http:\/\/127\.0\.0\.1:\d+/) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const endedEarly = ended.then(([code, signal]) => {
    throw new Error(`it ended (${code ?? signal}) before it listened`);
  });
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not listen within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([listening, endedEarly, late]);
  } catch ({ message }) {
    throw new Error(`the demo did not start: ${message}; it printed:\n${printed.stdout}${printed.stderr}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Debian's Chromium, or the one that `CHROMIUM` names; close it when done. */
export function launchBrowser() {
  // Chromium's sandbox refuses root; playwright adds --no-sandbox then.
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
