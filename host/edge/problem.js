// Problem details (RFC 9457) as the host writes them.

const TITLES = {
  400: "Bad Request",
  405: "Method Not Allowed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  502: "Bad Gateway",
};

/** A request that ends here. `code` is the contract; `detail` is for people. */
export class Problem extends Error {
  #status;
  #code;
  #members;
  #headers;

  constructor(status, code, detail, { headers = {}, ...members } = {}) {
    super(detail);
    this.#status = status;
    this.#code = code;
    this.#members = members;
    this.#headers = headers;
  }

  response() {
    const [status, code] = [this.#status, this.#code];
    const details = { type: "about:blank", title: TITLES[status], status, code, detail: this.message, ...this.#members };
    const headers = { "content-type": "application/problem+json", "cache-control": "no-store", ...this.#headers };
    return new Response(JSON.stringify(details), { status, headers });
  }
}

/** What the host would say to the same choice. */
export function notEligible(reasons) {
  return new Problem(422, "not_eligible", "the chosen person cannot be the security contact", { reasons });
}

/** A part of the request that does not fit. */
export function invalid(field, detail) {
  return new Problem(400, "invalid_input", detail, { field });
}

export function methodNotAllowed(allow) {
  return new Problem(405, "method_not_allowed", `expected ${allow}`, { headers: { allow } });
}
