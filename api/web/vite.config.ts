import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * Leaves each script and style compressed beside itself, so that the hub need not do it each time.
 * What lies on the disk is read: until then other plugins still write into the text.
 */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const name of Object.keys(bundle).filter((one) => /\.(js|css)$/.test(one))) {
      const file = join(dir, name);
      const text = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(text));
      writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
    }
  },
};

/** The page is built next to the package that serves it; `npm run dev` passes /v1 on to a hub. */
export default defineConfig({
  plugins: [react(), compressed],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    // Every browser of that age knows modulepreload.
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": process.env.LABELLOOP_DEV_HUB ?? "http://127.0.0.1:8000" } },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
  },
});
