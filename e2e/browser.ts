/** Chromium as a person's browser: what its console says is kept, what it shows can be photographed. */
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const executable = process.env["MIDWATCH_CHROMIUM"] ?? "/usr/bin/chromium";

/** Why there is no browser, or null. On a build server (CI=true) its absence is a failure, never a skip. */
export function absentBrowser(): string | null {
  return existsSync(executable) ? null : `no Chromium at ${executable}; name another one in MIDWATCH_CHROMIUM`;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page without a session. What its console calls an error, and what it threw, is added to `errors`. */
export async function openBrowserPage(browser: Browser, errors: string[]): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${page.url()}: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  return page;
}

const shots = process.env["MIDWATCH_SHOTS"];
let folder: string | undefined;

/** What is above the fold, as `<name>.png` in MIDWATCH_SHOTS or a temporary folder, which is told. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (folder === undefined) {
    folder = shots ?? mkdtempSync(path.join(os.tmpdir(), "midwatch-shots-"));
    mkdirSync(folder, { recursive: true });
    process.stdout.write(`Screenshots are in ${folder}\n`);
  }
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** What a person would stumble over on the page as it stands; empty when nothing. */
export function findFlaws(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const flaws: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
      const wide = [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
        // What scrolls in a box of its own widens nothing.
        .filter((element) => {
          for (let box = element.parentElement; box; box = box.parentElement)
            if (box !== document.body && getComputedStyle(box).overflowX === "auto") return false;
          return true;
        })
        .slice(0, 3)
        .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
      flaws.push(`scrolls sideways: ${scrollWidth} px in ${clientWidth} px (${wide.join(", ")})`);
    }
    for (const element of [document.documentElement, document.body]) {
      const { overflowX } = getComputedStyle(element);
      if (overflowX === "hidden" || overflowX === "clip") flaws.push(`${element.tagName} hides what is too wide`);
    }
    for (const button of document.querySelectorAll("button")) {
      if (!button.checkVisibility({ visibilityProperty: true }) || !button.disabled) continue;
      const described = (button.getAttribute("aria-describedby") ?? "")
        .split(/\s+/)
        .map((id) => document.getElementById(id)?.textContent?.trim() ?? "")
        .join(" ")
        .trim();
      if (button.title === "" && described === "") flaws.push(`disabled without a reason: ${button.textContent}`);
    }
    return flaws;
  });
}
