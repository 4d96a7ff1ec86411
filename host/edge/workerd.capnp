# The gate in workerd: `esbuild` puts gate.js and the module into `dist/`, and this serves them; see README.md.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gate", worker = .gate),
    # The host is usually on a private address.
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8788", http = (), service = "gate")],
);

const gate :Workerd.Worker = (
  modules = [
    (name = "gate.js", esModule = embed "dist/gate.js"),
    (name = "./security_contact_policy_bg.wasm", wasm = embed "dist/security_contact_policy_bg.wasm"),
  ],
  bindings = [
    (name = "ORIGIN", fromEnvironment = "ORIGIN"),
    (name = "RULES", fromEnvironment = "RULES"),
  ],
  compatibilityDate = "2026-01-01",
);
