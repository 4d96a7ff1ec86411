/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_engine_free: (a: number, b: number) => void;
export const abiVersion: () => number;
export const engine_decide: (a: number, b: number, c: number) => [number, number];
export const engine_eligibilityMany: (a: number, b: number, c: number) => [number, number];
export const engine_fingerprint: (a: number) => [number, number];
export const engine_new: (a: number, b: number) => [number, number, number];
export const security_contact_alloc: (a: number) => number;
export const security_contact_call: (a: number, b: number) => bigint;
export const security_contact_configure: (a: number, b: number) => bigint;
export const security_contact_decide: (a: number, b: number) => bigint;
export const security_contact_free: (a: number, b: number) => void;
export const engine_rules: (a: number) => [number, number, number];
export const version: () => [number, number];
export const security_contact_abi_version: () => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_start: () => void;
