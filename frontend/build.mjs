// Bundles the elements into the platform's static files. Chunks are named by their content; entries keep their names.
import { build } from "esbuild";
import { cp, mkdir, rm } from "node:fs/promises";

const out = "src/anlan/core/static/dist";
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const common = { bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "linked", logLevel: "warning" };
await build({
  ...common,
  entryPoints: { work: "frontend/work.js", public: "frontend/public.js" },
  splitting: true,
  chunkNames: "chunk-[name]-[hash]",
  outdir: out,
});
await build({ ...common, entryPoints: { "map-worker": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs" }, outdir: out });
await cp("node_modules/maplibre-gl/dist/maplibre-gl.css", `${out}/maplibre-gl.css`);
