/** What does not fit: `code` and `path` are a contract, `message` is for people. */
export class PolicyError extends Error {
  constructor(code, path, message) {
    super(path === "" ? message : `\`${path}\`: ${message}`);
    this.name = "PolicyError";
    this.code = code;
    this.path = path;
  }
}
