export * from "./index.js";

/** Loads the module from an address, a response, a compiled module or its bytes; may be called again after a failure. */
export function init(
    source: string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module,
): Promise<void>;

/** Takes over a compiled module or its bytes, at once. */
export function initSync(module: BufferSource | WebAssembly.Module): void;
