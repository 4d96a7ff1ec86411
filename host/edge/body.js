// The JSON body of a request, of which no more is read than the host would read.

import { Problem, invalid } from "./problem.js";

const MAX_BYTES = 64 * 1024;

/** The text of the body, and the object that it is. */
export async function bodyOf(request) {
  const [type] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new Problem(415, "unsupported_media_type", "expected a body of the type `application/json`");
  }
  const text = new TextDecoder().decode(await limited(request.body));
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("body", "`body`: expected a JSON object");
  }
  return { text, value };
}

async function limited(stream) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Problem(413, "body_too_long", "expected a body of at most 64 KiB");
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
