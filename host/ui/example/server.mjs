// A platform's backend: its own page, its own sessions, and the security contact's API behind them.
//
// usage: node server.mjs HOST TOKEN_FILE PERSON

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

const TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const HERE = new URL("./", import.meta.url);
const PACKAGE = new URL("../../../pkg/", HERE);

const [host, tokenFile, person] = process.argv.slice(2);
if (person === undefined) {
  console.error("usage: node server.mjs HOST TOKEN_FILE PERSON");
  process.exit(2);
}
const serviceToken = (await readFile(tokenFile, "utf8")).trim();
const sessions = new Map();

/** Whoever opens the page is that person; a real platform would ask for a password before. */
function openSession(response) {
  const token = randomUUID();
  sessions.set(token, person);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ token }));
}

/** Passes a request on to the host, for the person whose session it is. */
async function passOn(request, response) {
  const who = sessions.get(request.headers["x-session"]);
  if (who === undefined) return response.writeHead(401, { "content-type": "application/problem+json" }).end("{}");
  const headers = { authorization: `Bearer ${serviceToken}`, "security-contact-person": who };
  for (const name of ["content-type", "if-match", "idempotency-key"]) {
    if (request.headers[name] !== undefined) headers[name] = request.headers[name];
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length === 0 ? undefined : Buffer.concat(chunks);
  const answer = await fetch(host + request.url, { method: request.method, headers, body });
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** A file of the page, or of the package as a bundler or an import map would find it. */
async function sendFile(path, response) {
  const name = path === "/" ? "index.html" : path.slice(1);
  const [folder, file] = name.startsWith("package/") ? [PACKAGE, name.slice("package/".length)] : [HERE, name];
  const bytes = /^[\w.]+$/.test(file) ? await readFile(new URL(file, folder)).catch(() => null) : null;
  if (bytes === null) return response.writeHead(404).end();
  response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
  response.end(bytes);
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const answer =
    pathname === "/session" ? openSession(response)
    : pathname.startsWith("/v1/") ? passOn(request, response)
    : sendFile(pathname, response);
  Promise.resolve(answer).catch(() => response.writeHead(502).end());
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
