import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  // Without it Svelte's server half would be taken, because the tests run in Node.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
  // The port that src-tauri names as its devUrl.
  // The texts lie beside the engine's sources.
  server: { port: 1420, strictPort: true, fs: { allow: [".."] } },
  build: {
    // What WebKitGTK 2.40 and WebView2 understand.
    target: ["safari16", "chrome110"],
    // The window's CSP allows no inline script, and one file needs no preloading.
    modulePreload: false,
    assetsInlineLimit: 0,
    // What the pages are made of, in a build for that alone: what is in `dist` is embedded in the app.
    license: process.env.npm_lifecycle_event === "licences" && { fileName: "licences.json" },
  },
  test: {
    environment: "jsdom",
    // A deadline for a machine that does much else; nothing waits for a time.
    testTimeout: 60_000,
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.ts"],
  },
});
