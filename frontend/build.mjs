// Bundles src/ into ../server/static/dist/, with the licences of what is in the bundle beside it.
import * as esbuild from "esbuild";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(here, "../server/static/dist");

const result = await esbuild.build({
  absWorkingDir: here,
  entryPoints: { editor: "src/editor.js" },
  bundle: true, minify: true, format: "esm", target: "es2022",
  outdir: out, legalComments: "none", metafile: true, logLevel: "warning",
});

const inputs = Object.keys(result.metafile.inputs);
const names = new Set(inputs.map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]).filter(Boolean));
const texts = [...names].sort().map((name) => {
  const folder = path.join(here, "node_modules", name);
  const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = fs.readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return `${name} ${version} (${license})\n\n${file ? fs.readFileSync(path.join(folder, file), "utf8") : ""}`;
});
fs.writeFileSync(path.join(out, "LICENSES.txt"), texts.join(`\n${"-".repeat(72)}\n`));
