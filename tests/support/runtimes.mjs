// The programs that run JavaScript, found in npm packages and on this machine.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";

const MODULES = fileURLToPath(new URL("../node_modules/", import.meta.url));

/** npm runs no install script here, so that the program is looked for in the package for this platform. */
function programIn(scope, name, path) {
  const folder = `${MODULES}${scope}/`;
  const packages = existsSync(folder) ? readdirSync(folder).filter((entry) => entry.startsWith(name)) : [];
  const programs = packages.map((entry) => `${folder}${entry}/${path}`).filter((program) => existsSync(program));
  if (programs.length === 0) throw new Error(`${scope} has no program for this platform: \`cargo xtask setup\``);
  return programs[0];
}

export const deno = programIn("@deno", "", "deno");
export const bun = programIn("@oven", "bun-", "bin/bun");
export const workerd = programIn("@cloudflare", "workerd-", "bin/workerd");

/** A program's own word on its version: the first number with a dot. */
export function versionOf(program) {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).match(/\d+[.-][\d.-]*\d/)[0];
}

/** A real Chromium; its sandbox cannot start as root. */
export function launchChromium() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";

/** A real Firefox, or nothing on a machine that has none. */
export async function launchFirefox() {
  return existsSync(FIREFOX) ? puppeteer.launch({ browser: "firefox", executablePath: FIREFOX }) : undefined;
}
