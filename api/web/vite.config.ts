import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The page is built next to the package that serves it; `npm run dev` passes /v1 on to a hub. */
export default defineConfig({
  plugins: [react()],
  build: { outDir: "../static", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
  server: { proxy: { "/v1": process.env.LABELLOOP_DEV_HUB ?? "http://127.0.0.1:8000" } },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
  },
});
