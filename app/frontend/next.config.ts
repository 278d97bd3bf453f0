import path from "node:path";
import type { NextConfig } from "next";

const here = path.resolve(import.meta.dirname);

const headers = [
  { key: "Content-Security-Policy", value: "frame-ancestors 'none'; base-uri 'self'; object-src 'none'" },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
];

const config: NextConfig = {
  output: "standalone",
  poweredByHeader: false,
  // A lock file further up in the tree would otherwise become the root and move server.js into a subfolder.
  outputFileTracingRoot: here,
  turbopack: { root: here },
  // No images are resized here: 20 MB less in the image of the container.
  images: { unoptimized: true },
  outputFileTracingExcludes: { "**/*": ["./node_modules/sharp/**", "./node_modules/@img/**"] },
  headers: async () => [{ source: "/:path*", headers }],
};

export default config;
