/** The compiled module, for `initSync` of `./manual`. */
declare const module: WebAssembly.Module;
export default module;
