import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// While developing, the page comes from Vite and its data from a running `forexai serve`.
const server = "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [react()],
  // The server's content security policy allows nothing inline.
  build: {
    // Into the application's package, which wheels carry: pip itself never runs npm.
    outDir: "../src/reference_app/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licences.md" },
  },
  server: { proxy: { "/health": server, "/api": server } },
  // Generous: a slow machine fails no test.
  test: { environment: "jsdom", testTimeout: 120_000 },
});
