/** An answer that is an error (SPEC 11). The message is free text, so the oracle gives none. */
export class Fault extends Error {
  constructor(code, path) {
    super(`${code} at \`${path}\``);
    this.code = code;
    this.path = path;
  }

  answer() {
    return { error: { code: this.code, path: this.path } };
  }
}

export const invalidInput = (path) => new Fault("invalid_input", path);
export const invalidRules = (path) => new Fault("invalid_rules", path);
export const noOwner = () => new Fault("no_owner", "account.owner");
