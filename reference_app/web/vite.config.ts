import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// While developing, the page comes from Vite and its data from a running `forexai serve`.
const server = "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [react()],
  // The server's content security policy allows nothing inline.
  build: { outDir: "dist", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/health": server, "/api": server } },
  test: { environment: "jsdom" },
});
