// The package as users get it: packed by npm, and installed in a folder that knows nothing of this repository.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PKG = fileURLToPath(new URL("../../pkg", import.meta.url));

/**
 * A throwaway project in which the package is installed: its `folder`, the `tarball`, where the package is
 * `installed`, `write(name, text)` for a file in it, and `remove()`.
 */
export function installPackage() {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  const npm = (...args) =>
    execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const [{ filename }] = JSON.parse(npm("pack", PKG, "--json"));
  writeFileSync(join(folder, "package.json"), "{}");
  npm("install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${filename}`);
  return {
    folder,
    tarball: join(folder, filename),
    installed: join(folder, "node_modules/security-contact-policy"),
    write(name, text) {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
