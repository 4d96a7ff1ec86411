// What the browser tests share: the running product, and a browser.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

/** The program under test. */
export const BUILT = fileURLToPath(new URL("../../target/release/security-contact", import.meta.url));

/**
 * Starts the demo on a free port with an empty data folder of its own, and waits until it says where it listens.
 *
 * Gives its `url` (without a final slash), its `dataDir`, `output()` with what it has printed so far, `run(args, input)`
 * for other commands on its data, `restart()` on the same port, and `stop()`, which ends it and deletes the data folder.
 *
 * @throws when the program cannot be started, ends before it listens, or does not listen within `deadlineMs`.
 */
export async function startDemo(options) {
  const dataDir = await mkdtemp(join(tmpdir(), "security-contact-"));
  const started = (listen) => startServer(["demo", "--data", dataDir, "--listen", listen], options);
  let server;
  try {
    server = await started("127.0.0.1:0");
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
  const { url } = server;
  return {
    url,
    dataDir,
    output: () => server.output(),
    run: (args, input) => execFileSync(BUILT, [...args, "--data", dataDir], { input, encoding: "utf8" }),
    halt: () => server.stop(),
    restart: async () => {
      await server.stop();
      server = await started(new URL(url).host);
    },
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Starts the program and waits until it says where it listens. */
export async function startServer(args, { program = BUILT, deadlineMs = 30_000 } = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const printed = { stdout: "", stderr: "" };
  const ended = once(child, "close");

  const stop = async () => {
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
    await ended.catch(() => {});
    clearTimeout(killer);
  };
  try {
    const url = await untilListening(child, ended, printed, deadlineMs);
    return { url, output: () => printed.stdout, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address in the first line that has one: the demo greets with it, and a service logs it. */
async function untilListening(child, ended, printed, deadlineMs) {
  const listening = new Promise((resolve) => {
    for (const name of ["stdout", "stderr"]) {
      createInterface({ input: child[name] }).on("line", (line) => {
        printed[name] += `${line}\n`;
        const [, host] = line.match(/(?:http:\/\/|listen=)(127\.0\.0\.1:\d+)/) ?? [];
        if (host !== undefined) resolve(`http://${host}`);
      });
    }
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
    throw new Error(`the server did not start: ${message}; it printed:\n${printed.stdout}${printed.stderr}`);
  } finally {
    clearTimeout(timer);
  }
}

/** The folder below `target/` that keeps the pictures of every state. */
export const PICTURES = fileURLToPath(new URL("../../target/e2e/", import.meta.url));

/** Debian's Chromium, or the one that `CHROMIUM` names; close it when done. */
export function launchBrowser() {
  // Chromium's sandbox refuses root; playwright adds --no-sandbox then.
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
