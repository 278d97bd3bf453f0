import { type Browser, chromium } from "playwright-core";

/** A Chromium of its own, as root may start it, that calls nobody but the pages it is told to open. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
