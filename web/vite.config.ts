import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Everything is served by midwatch itself: no outside fonts, scripts or images, nothing inlined (strict CSP). */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { host: "127.0.0.1", port: 5199, strictPort: true, proxy: { "/api": "http://127.0.0.1:5198" } },
});
