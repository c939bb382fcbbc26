/** The first ten minutes of somebody who runs `npm start`: sign in, look, break something, read the proof, fix it. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absentBrowser, findFlaws, launchBrowser, openBrowserPage, shoot } from "./browser.ts";
import { type Product, startProduct, until } from "./product.ts";

const absent = absentBrowser();

test("there is a browser to look with", ({ skip }) => {
  if (process.env["CI"] !== "true") skip(absent !== null, absent ?? "");
  expect(absent).toBeNull();
});

describe.skipIf(absent !== null)("the product as npm start runs it", () => {
  const errors: string[] = [];
  let product: Product;
  let browser: Browser;
  let page: Page;
  let incidentPath = "";

  beforeAll(async () => {
    product = await startProduct();
    browser = await launchBrowser();
    page = await openBrowserPage(browser, errors);
  });

  // Stopping is part of what is promised: it throws when something of the product outlives it.
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  test("the printed link signs in once; a second use is refused with a way out", async () => {
    await page.goto(product.signInUrl);
    await page.getByRole("heading", { name: "Health" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    expect(page.url()).not.toContain("token");

    const second = await openBrowserPage(browser, errors);
    await second.goto(product.signInUrl);
    await second.getByRole("heading", { name: "This link no longer signs in" }).waitFor();
    expect(await second.locator("main").innerText()).toContain("npx midwatch open");
    expect(await second.getByRole("button", { name: "Copy" }).isEnabled()).toBe(true);
    await shoot(second, "link-used-twice");
    expect((await second.request.get(`${product.origin}/api/v1/now`)).status()).toBe(401);

    await second.goto(await product.openLink());
    await second.getByRole("heading", { name: "Health" }).waitFor();
    await second.context().close();
  });

  test("a minute after Ready the page shows healthy services and their traffic", async () => {
    const left = () => Math.max(1, 60_000 - (Date.now() - product.readyAt.getTime()));
    await page.locator("a.g-node.ok").nth(4).waitFor({ timeout: left() });
    const traffic = page.locator(".front > div").filter({ hasText: /requests|traffic/i });
    await traffic.first().waitFor({ timeout: left() });
    await page.waitForFunction(
      () => [...document.querySelectorAll(".front dd b")].some((figure) => /[1-9]/.test(figure.textContent ?? "")),
      undefined,
      { timeout: left() },
    );
    expect(await page.locator(".g-edge").count()).toBeGreaterThan(0);
    await shoot(page, "now-healthy");
  });

  test("breaking something leads to an incident with a probability and proof that opens", async ({ annotate }) => {
    // What is usual has to be seen first: a fault in the first minute would be the only thing midwatch ever saw.
    const baselineMilliseconds = 90_000;
    await until(() => Date.now() - product.readyAt.getTime() >= baselineMilliseconds, baselineMilliseconds);
    // A busy machine is slow in earnest, and midwatch says so; what is broken next may then join that incident.
    const before = await listedIncidents(page);
    for (const { title } of before) await annotate(`open before anything was broken: ${title}`);

    await page.getByLabel("What to break").selectOption("wrong-address");
    await page.getByRole("button", { name: "Break something" }).click();
    await page.locator(".lab .told", { hasText: "Broken for" }).waitFor({ timeout: 60_000 });

    const isToldAnew = ({ path, title }: ListedIncident) =>
      !before.some((known) => known.path === path && known.title === title);
    await expect
      .poll(async () => (await listedIncidents(page)).some(isToldAnew), { timeout: 180_000, interval: 500 })
      .toBe(true);
    incidentPath = (await listedIncidents(page)).find(isToldAnew)?.path ?? "";
    await shoot(page, "now-broken");
    await page.locator(`p.ttl a[href="${incidentPath}"]`).first().click();

    // "How we know" stands there once the answer is final; until then it says "still moving".
    await page.locator(".sure").getByRole("link", { name: "How we know" }).waitFor({ timeout: 240_000 });
    expect(await page.locator(".sure .p").innerText()).toMatch(/^[<>]?\s*\d+\s%$/);
    expect(await page.locator(".sure .w").innerText()).toMatch(/almost certainly|probably|perhaps|one of several/i);
    const headline = await page.locator(".head h1").innerText();
    expect(headline.length).toBeGreaterThan(10);
    await annotate(`${await page.locator(".sure .p").innerText()}: ${headline}`);
    const checked = page.locator("#evidence li.ev").filter({ has: page.locator(".proof .ok") });
    expect(await checked.count()).toBeGreaterThan(0);
    expect(await checked.first().locator(".proof").innerText()).toContain("holds");

    await checked.first().getByText("Query and numbers").click();
    await checked.first().getByRole("link", { name: "Open", exact: true }).first().click();
    await page.getByText("never changed since").waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/observations\/./);
    await shoot(page, "observation");
    await page.goBack();
    await page.locator(".head h1").waitFor();
    expect(new URL(page.url()).pathname).toBe(incidentPath);
  });

  test("the fix shows its difference and its undo, and holding Enter carries it out; or it says why there is none", async ({
    annotate,
  }) => {
    expect(incidentPath, "the test before found no incident").not.toBe("");
    await page.goto(product.origin + incidentPath);
    const approve = page.locator(".decide").getByRole("button", { name: "Hold to approve" });
    const decidable = page.locator(".fix.is-waiting");
    await decidable.or(page.locator(".fix.tell")).first().waitFor({ timeout: 120_000 });
    await page.evaluate(() => window.scrollTo(0, 0));
    await shoot(page, "incident");

    if ((await decidable.count()) === 0) {
      const card = await page.locator(".fix.tell").innerText();
      await annotate(`no plan was offered: ${card}`);
      expect(await page.locator(".fix.tell .facts dd").first().innerText()).toMatch(/\w{3,}/);
      return;
    }
    const difference = page.locator(".fix pre.diff");
    expect(await difference.locator("ins, del").count()).toBeGreaterThan(0);
    expect(await fact(page, "Undo")).toMatch(/Armed first\.|None\./);
    expect(await fact(page, "Touches")).not.toBe("");
    expect(await fact(page, "Policy")).toContain("Asks one person");

    let approvals = 0;
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/approve")) approvals += 1;
    });
    await page.keyboard.press("a");
    expect(await approve.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter"); // let go at once: nothing is approved by a touch
    expect(await decidable.count()).toBe(1);
    expect(approvals).toBe(0);

    const pressedAt = performance.now();
    const approved = page.waitForRequest((request) => request.url().endsWith("/approve"), { timeout: 10_000 });
    await page.keyboard.down("Enter");
    await approved;
    const heldMilliseconds = performance.now() - pressedAt;
    await page.keyboard.up("Enter");
    expect(heldMilliseconds).toBeGreaterThanOrEqual(1200);
    expect(approvals).toBe(1);

    await page.locator(".fix.is-done").waitFor({ timeout: 180_000 });
    expect(await page.locator(".fix .standing").innerText()).toContain("Carried out and read back");
    expect(await fact(page, "Ran")).toMatch(/\d/);
    await page.getByRole("heading", { name: "Did it help?" }).waitFor({ timeout: 120_000 });
    await shoot(page, "incident-fixed");
  });

  test("nothing scrolls sideways, and every button works or says why not, on a phone and a desk, dark and light", async () => {
    const pages = { now: "/", incident: incidentPath, alerts: "/alerts", changes: "/changes", graph: "/graph" };
    const shown = { ...pages, trust: "/trust", settings: "/settings" };
    const flaws: string[] = incidentPath === "" ? ["incident: none was found, so its page was not looked at"] : [];
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        for (const [name, path] of Object.entries(shown)) {
          if (path === "") continue;
          await page.goto(product.origin + path);
          await page.locator("main h1").first().waitFor();
          await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
          const where = `${name} ${width} ${colorScheme}`;
          if (await page.locator(".problem").count())
            flaws.push(`${where}: ${await page.locator(".problem").innerText()}`);
          flaws.push(...(await findFlaws(page)).map((flaw) => `${where}: ${flaw}`));
          await shoot(page, where.replaceAll(" ", "-"));
          // What is folded has to fit as well once somebody opens it.
          await page.evaluate(() => {
            for (const fold of document.querySelectorAll<HTMLDetailsElement>("details.fold")) fold.open = true;
          });
          flaws.push(...(await findFlaws(page)).map((flaw) => `${where}, unfolded: ${flaw}`));
        }
      }
    }
    expect(flaws).toEqual([]);
  });

  test("the console stayed clean all along", () => {
    expect(errors).toEqual([]);
  });
});

type ListedIncident = { path: string; title: string };

/** The incidents that the page lists, as it words them. */
function listedIncidents(page: Page): Promise<ListedIncident[]> {
  return page
    .locator('p.ttl a[href^="/incidents/"]')
    .evaluateAll((links) =>
      links.map((link) => ({ path: link.getAttribute("href") ?? "", title: link.textContent ?? "" })),
    );
}

/** One row of the fix card, by its title; throws when there is none. */
function fact(page: Page, title: string): Promise<string> {
  return page
    .locator(".fix .facts > div")
    .filter({ has: page.locator("dt", { hasText: new RegExp(`^${title}$`) }) })
    .locator("dd")
    .innerText({ timeout: 5_000 });
}
