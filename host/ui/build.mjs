// Builds the page and the field: node build.mjs FOLDER
//
// `field.js` goes into the npm package and into the page alike; `page.js` and `page.css` are the page around it. What the
// package has already is not bundled again: `field.js` asks for `manual.js` beside it, and finds the module there.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

const TARGET = ["chrome123", "firefox124", "safari17.5"];
const EXTERNAL = {
  "security-contact-policy/manual": "./manual.js",
  "security-contact-policy/field": "./field.js",
};

/** Imports of the package become imports of the files that lie beside what is built. */
const beside = {
  name: "beside",
  setup({ onResolve }) {
    onResolve({ filter: /^security-contact-policy\// }, ({ path }) => ({ path: EXTERNAL[path], external: true }));
  },
};

/** A style sheet as text, for a shadow root. */
const styleText = {
  name: "style-text",
  setup({ onLoad }) {
    onLoad({ filter: /\/styles\/field\/[^/]*\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const { code } = await transform(css, { loader: "css", minify: true, target: TARGET, charset: "utf8" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error(`usage: node ${basename(fileURLToPath(import.meta.url))} FOLDER`);
  process.exit(2);
}
const { outputFiles } = await build({
  absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
  entryPoints: [
    { in: "src/field.tsx", out: "field" },
    { in: "src/main.tsx", out: "page" },
    { in: "src/styles/page.css", out: "page" },
  ],
  outdir: folder,
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  target: TARGET,
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  plugins: [beside, styleText],
  logLevel: "warning",
});

await mkdir(folder, { recursive: true });
for (const { path, text } of outputFiles) {
  await writeFile(join(folder, basename(path)), path.endsWith(".js") ? unbundled(text) : text);
}

/** What is imported by an address of its own is none of a bundler's business; minifying has dropped the words for that. */
function unbundled(text) {
  return text.replaceAll(/\bimport\((?=\w+\.href\))/g, "import(/* webpackIgnore: true */ /* @vite-ignore */ ");
}
