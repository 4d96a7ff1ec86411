// Workers in workerd: bundled as a deployer would, and served on a free port of this machine.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { build } from "esbuild";

import { workerd } from "./runtimes.mjs";

const WASM = "security_contact_policy_bg.wasm";

/** Vercel's bundler knows a module by what follows its name. */
const marked = {
  name: "marked",
  setup(build) {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, kind, resolveDir }) =>
      build.resolve(path.replace("?module", ""), { kind, resolveDir }),
    );
  },
};

/** Bundles a Worker with the condition that Workers have, or another one, and gives the bundle's folder. */
export async function bundleWorker(entry, outdir, condition = "workerd") {
  await build({
    entryPoints: [entry],
    outdir,
    bundle: true,
    format: "esm",
    conditions: [condition],
    plugins: [marked],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    logLevel: "warning",
  });
  return outdir;
}

/** Starts workerd with a bundled Worker; gives its `url` and `stop()`. */
export async function startWorker(folder, main) {
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "main", esModule = embed "${basename(main)}"),
    (name = "./${WASM}", wasm = embed "${WASM}"),
  ],
  compatibilityDate = "2026-01-01",
);
`;
  const file = join(folder, "worker.capnp");
  writeFileSync(file, config);
  const child = spawn(workerd, ["serve", file, "--control-fd=3"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const port = await new Promise((resolve, reject) => {
    child.stdio[3].on("data", (line) => resolve(JSON.parse(String(line).split("\n")[0]).port));
    child.on("exit", (code) => reject(new Error(`workerd ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}/`, stop: () => child.kill() };
}
