/** The compiled module, for `initSync`. */
declare const module: WebAssembly.Module;
export default module;
