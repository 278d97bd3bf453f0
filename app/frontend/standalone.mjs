// Next.js leaves the browser's files out of the standalone output, expecting a CDN to serve them.
import { cpSync } from "node:fs";

cpSync(".next/static", ".next/standalone/.next/static", { recursive: true });
