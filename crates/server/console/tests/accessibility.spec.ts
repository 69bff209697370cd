//! axe-core finds nothing, in any view, in light and dark, wide and narrow.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { batch, custom, expect, open, type Program, test } from "./program.js";

async function check(page: Page, view: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, help, nodes }) => `${view}: ${id}, ${help}: ${nodes.map((node) => node.target.join(" ")).join("; ")}`);
  expect(found).toEqual([]);
}

async function views(page: Page, program: Program): Promise<void> {
  await check(page, "empty");
  await program.post(batch([custom("one"), custom("reject me", { nmae: 1 }), custom("retry me")]));
  await program.post(batch([custom("one"), custom("two")]));
  await program.post('{"type":"event_processing_request" "x":1}');
  await program.post(batch([], { account: 7 }));
  await program.post("{}", "/elsewhere");
  await program.post(batch([{ ...custom("x"), type: "sreen_view" }]));
  await expect(page.locator("#counts")).toContainText("5 messages");
  await check(page, "list");
  const back = page.getByRole("button", { name: "Back" });
  for (const seq of ["#6", "#5", "#4", "#3", "#1", "#2"]) {
    if (await back.isVisible()) await back.click();
    await open(page, seq);
    await check(page, `message ${seq}`);
  }
  await page.getByRole("treeitem").first().click();
  for (const [key, tab] of [["2", "outcomes"], ["3", "response"], ["4", "records"], ["5", "outgoing"], ["6", "compare"]] as const) {
    await page.keyboard.press(key);
    await check(page, tab);
  }
  await page.keyboard.press("m");
  await check(page, "registration");
  await page.keyboard.press("c");
  await expect(page.locator(".verdict")).toContainText("can be read");
  await page.getByText("Settings of the account").click();
  await page.getByRole("button", { name: "Put settings into the message" }).click();
  await check(page, "settings");
  await page.getByRole("textbox", { name: "Message to send" }).fill('{"type": 7}');
  await expect(page.locator(".verdict")).toContainText("What to do");
  await check(page, "composer");
  await page.getByRole("button", { name: /^Keys/ }).click();
  await check(page, "keys");
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 700]) {
    test.describe(`${colorScheme}, ${width} pixels`, () => {
      test.use({ colorScheme, viewport: { width, height: 860 } });
      test("has no violations", async ({ console: page, program }) => {
        test.setTimeout(600_000);
        await views(page, program);
      });
    });
  }
}
