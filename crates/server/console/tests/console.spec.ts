//! What a person does with the console, in a browser.

import { batch, custom, expect, open, Program, test } from "./program.js";

test("a sample is sent, and everything about it is shown", async ({ console: page }) => {
  await page.keyboard.press("c");
  await page.getByLabel("Start from a sample").selectOption({ label: "custom_event" });
  await expect(page.locator(".verdict")).toContainText("The message can be read");
  await page.getByRole("button", { name: "Send" }).click();

  await expect(page.getByRole("heading", { level: 2 })).toHaveText("#1 event_processing_request");
  const row = page.locator(".message");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("1 event: custom_event");
  await expect(row).toContainText("answered");
  await expect(row).toContainText("sent here");
  await expect(page.getByRole("tree").getByRole("treeitem", { name: /CustomEvent/ }).first()).toBeVisible();
  await expect(page.locator(".code").first()).toContainText('"type": "event_processing_request"');

  await page.getByRole("tab", { name: "Outcomes" }).click();
  await expect(page.getByRole("row", { name: /custom_event/ })).toContainText("done");
  await page.getByRole("tab", { name: "Response" }).click();
  await expect(page.locator(".panel")).toContainText("event_processing_response");
  await page.getByRole("tab", { name: "Records" }).click();
  await expect(page.locator(".panel")).toContainText('"event": "custom_event"');
  await page.getByRole("tab", { name: "Outgoing" }).click();
  await expect(page.locator(".panel")).toContainText('"event_type": "custom_event"');
});

test("every sample can be sent", async ({ console: page }) => {
  await page.keyboard.press("c");
  const options = page.getByLabel("Start from a sample").locator("option");
  const count = await options.count();
  expect(count).toBeGreaterThanOrEqual(6 + 16 + 3);
  for (let index = 0; index < count; index++) {
    await page.locator("#compose").click();
    await page.getByLabel("Start from a sample").selectOption({ index });
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByRole("heading", { level: 2 })).toContainText(`#${index + 1} `);
  }
  await expect(page.locator(".message")).toHaveCount(count);
});

test("messages of the network appear by themselves", async ({ console: page, program }) => {
  await expect(page.locator(".message")).toHaveCount(0);
  expect(await program.post(batch([custom("one"), custom("two"), { ...custom("x"), type: "screen_view" }]))).toBe(200);
  await expect(page.locator(".message")).toContainText("3 events: custom_event 2, screen_view");
  await expect(page.locator("#counts")).toContainText("1 message");
  await expect(page.locator("#chart svg")).toHaveAttribute("aria-label", /Latency of the last 1 message: median/);
  for (let number = 0; number < 5; number++) await program.post(batch([custom(`number ${number}`)]));
  await expect(page.locator(".message")).toHaveCount(6);
  await expect(page.locator(".message").first()).toContainText("#6");
});

test("what is wrong with a malformed message is found without documentation", async ({ console: page, program }) => {
  const broken = '{"type":"event_processing_request","events":[{"type":"screen_view" "screen_name":"home"}]}';
  expect(await program.post(broken)).toBe(400);
  await open(page, "refused");
  const problem = page.getByRole("region", { name: "What is wrong" });
  const declared = page.locator(".document > .declared");
  await expect(problem).toContainText("found `\"`");
  await expect(problem).toContainText(`line 1, column ${broken.indexOf('"screen_name"') + 1}`);
  await expect(problem).toContainText("Usual causes: a comma too many or too few");
  // The carets are under the key before which the comma is missing.
  const marked = page.locator(".line.has-error code");
  const carets = page.locator(".line.caret code");
  const line = await marked.textContent();
  const mark = await carets.textContent();
  expect(mark?.indexOf("^")).toBe(line?.indexOf('"screen_name"'));
  expect(mark?.trim()).toHaveLength('"screen_name"'.length);

  expect(await program.post(batch([], { account: 7 }))).toBe(400);
  await open(page, "#2");
  await expect(problem).toContainText("expected an object, found a number");
  await expect(problem).toContainText("at account");
  await expect(declared).toContainText("account is declared as: an object, Account");
  await expect(declared.locator(".fields")).toContainText("account_settings");

  const identity = { user_identities: [{ type: "email", encoding: "raw" }] };
  expect(await program.post(batch([], identity))).toBe(400);
  await open(page, "#3");
  await expect(problem).toContainText("missing field `value`");
  await expect(problem).toContainText("Add the field to the marked object.");
  await expect(declared.locator(".fields")).toContainText("value a string required");

  expect(await program.post('{"type":"event_request"}')).toBe(400);
  await open(page, "#4");
  await expect(declared.locator(".values")).toContainText("event_processing_request");
});

test("findings of an accepted message are marked where they are", async ({ console: page, program }) => {
  await program.post(batch([custom("x", { name: undefined, nmae: "signed up" })]));
  await open(page, "#1");
  const finding = page.locator(".findings button", { hasText: "is it `name`?" });
  await finding.click();
  const says = page.locator(".line.caret", { hasText: "is it `name`?" });
  await expect(says.first()).toBeInViewport();
  await expect(page.locator(".line.has-warning", { hasText: '"nmae"' })).toBeVisible();
});

test("the composer marks an error while it is written", async ({ console: page }) => {
  await page.keyboard.press("c");
  const field = page.getByRole("textbox", { name: "Message to send" });
  await field.fill('{\n  "type": "event_processing_request",\n  "events": [7]\n}');
  await expect(page.locator(".verdict")).toContainText("line 3, column 14");
  await expect(page.locator(".gutter .error")).toHaveText("3");
  await expect(page.locator(".layer mark")).toHaveText("7");
  await page.locator(".verdict").getByRole("button", { name: "show" }).click();
  const selected = await field.evaluate((element: HTMLTextAreaElement) => element.value.slice(element.selectionStart, element.selectionEnd));
  expect(selected).toBe("7");
  await field.fill('{"type":"event_processing_request","events":[]}');
  await expect(page.locator(".verdict")).toContainText("The message can be read");
});

test("a message is sent again, edited, and two runs are compared", async ({ console: page, program }) => {
  await program.post(batch([custom("one"), custom("two")]));
  await open(page, "#1");
  await page.keyboard.press("r");
  await expect(page.getByRole("heading", { level: 2 })).toContainText("#2 ");
  await expect(page.locator(".message").first()).toContainText("from #1");

  await page.keyboard.press("e");
  const field = page.getByRole("textbox", { name: "Message to send" });
  await expect(field).toHaveValue(/"value": "«hidden \d+»"/);
  await expect(field).not.toHaveValue(/ada@example\.com|s3cret/);
  await field.fill((await field.inputValue()).replace('"two"', '"reject me"'));
  await field.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 2 })).toContainText("#3 ");
  await expect(page.locator(".detail .pill").first()).toContainText("rejected");

  await page.getByRole("tab", { name: "Compare" }).click();
  await expect(page.getByLabel("Compare with")).toHaveValue("2");
  await expect(page.getByRole("row", { name: /^outcome/ })).toContainText("differs");
  const message = page.getByRole("region", { name: "Differences: Message" });
  await expect(message.locator(".removed")).toContainText('"two"');
  await expect(message.locator(".added")).toContainText('"reject me"');
  await page.getByLabel("Compare with").selectOption("1");
  await expect(page.getByRole("columnheader", { name: "#1" })).toBeVisible();
});

test("hidden values come back when an edited message is sent", async ({ console: page, program }) => {
  await program.post(batch([custom("one")]));
  await open(page, "#1");
  await page.keyboard.press("e");
  await expect(page.getByRole("textbox", { name: "Message to send" })).toHaveValue(/«hidden 1»/);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toContainText("#2 ");
  await page.keyboard.press("i");
  await expect(page.locator(".code").first()).toContainText("ada@example.com");
  await page.keyboard.press("6");
  await expect(page.locator(".comparison")).toContainText("Message: the same");
});

test("personal values are hidden until they are switched on, settings always", async ({ console: page, program }) => {
  await program.post(batch([custom("one")]));
  await open(page, "#1");
  const detail = page.locator(".detail");
  await expect(detail).toContainText("hidden: press i to show");
  for (const tab of ["1", "3", "4", "5"]) {
    await page.keyboard.press(tab);
    await expect(detail).not.toContainText("ada@example.com");
    await expect(detail).not.toContainText("4242");
  }
  await page.keyboard.press("1");
  const reveal = page.getByRole("switch", { name: /Personal values/ });
  await expect(reveal).toHaveAttribute("aria-checked", "false");
  await reveal.click();
  await expect(reveal).toHaveAttribute("aria-checked", "true");
  await expect(page.locator(".code").first()).toContainText("ada@example.com");
  await expect(detail).toContainText("1 setting never shown");
  for (const tab of ["1", "2", "3", "4", "5"]) {
    await page.keyboard.press(tab);
    await expect(detail).not.toContainText("s3cret-key");
  }
});

test("the settings form checks values and puts them into the message", async ({ console: page }) => {
  await page.keyboard.press("c");
  await page.getByLabel("Start from a sample").selectOption({ label: "custom_event" });
  await page.getByText("Settings of the account").click();
  const key = page.getByLabel("API key");
  await expect(key).toHaveAttribute("type", "password");
  const put = page.getByRole("button", { name: "Put settings into the message" });
  await put.click();
  await expect(page.getByText("Fill in this setting")).toBeVisible();
  await expect(key).toBeFocused();
  await key.fill("a-key");
  await page.getByLabel("Batch size").fill("9000");
  await put.click();
  await expect(page.getByText("Write a number of at most 500.")).toBeVisible();
  await page.getByLabel("Batch size").fill("50");
  await page.getByLabel("Debug").selectOption("true");
  await put.click();
  const field = page.getByRole("textbox", { name: "Message to send" });
  await expect(field).toHaveValue(/"account_settings": \{\s+"apiKey": "a-key",\s+"batchSize": "50",\s+"debug": "true"\s+\}/);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator(".detail .pill").first()).toContainText("answered");
  await expect(page.locator(".code").first()).toContainText('"apiKey": "•••••"');
});

test("the registration is shown with its findings", async ({ console: page }) => {
  await page.keyboard.press("m");
  await expect(page.getByRole("heading", { level: 2 })).toContainText("Registration of Acme");
  await expect(page.locator(".registration")).toContainText("may be a mistake");
  await expect(page.locator(".registration .code")).toContainText('"module_registration_response"');
  await expect(page.locator(".findings li").first()).toBeVisible();
});

test("everything can be reached by keys", async ({ console: page, program }) => {
  for (const name of ["one", "two", "three"]) await program.post(batch([custom(name)]));
  await expect(page.locator(".message")).toHaveCount(3);
  const title = page.getByRole("heading", { level: 2 });
  await page.keyboard.press("j");
  await expect(title).toContainText("#3 ");
  await page.keyboard.press("j");
  await expect(title).toContainText("#2 ");
  await page.keyboard.press("ArrowDown");
  await expect(title).toContainText("#1 ");
  await page.keyboard.press("k");
  await expect(title).toContainText("#2 ");
  await page.keyboard.press("g");
  await expect(title).toContainText("#3 ");
  await page.keyboard.press("2");
  await expect(page.getByRole("tab", { name: "Outcomes" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Response" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("1");
  const tree = page.getByRole("tree");
  await tree.locator('[tabindex="0"]').focus();
  await page.keyboard.press("ArrowDown");
  await expect(tree.locator('[aria-selected="true"]')).toContainText("id");
  await expect(page.locator(".picked").first()).toContainText('"id"');
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.getByRole("button", { name: /^Keys/ }).click();
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("#2");
  await expect(page.locator(".message")).toHaveCount(1);
  await expect(page.locator("#status")).toHaveText("1 of 3 messages");
});

test("the list is filtered by outcome, and paused", async ({ console: page, program }) => {
  await program.post(batch([custom("one")]));
  await program.post("{}");
  await expect(page.locator(".message")).toHaveCount(2);
  await page.getByRole("button", { name: /refused/ }).first().click();
  await expect(page.locator(".message")).toHaveCount(1);
  await expect(page.locator(".message")).toContainText("#2");
  await page.locator("#counts").getByRole("button", { name: /refused/ }).click();
  await page.keyboard.press("p");
  await program.post(batch([custom("two")]));
  await expect(page.locator("#status")).toHaveText("2 messages, 1 new one held");
  await page.keyboard.press("p");
  await expect(page.locator(".message")).toHaveCount(3);
});

test("text of a message is never HTML", async ({ console: page, program }) => {
  const html = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await program.post(batch([custom(html, { attributes: { [html]: html } })], { firehose_version: html }));
  await program.post(`${html}{"type":"${html.replaceAll('"', '\\"')}"}`);
  for (const seq of ["#1", "#2"]) {
    await open(page, seq);
    for (const tab of ["1", "2", "3", "4", "5", "6"]) {
      await page.keyboard.press(tab);
      await expect(page.locator("#pane img, #pane script")).toHaveCount(0);
    }
  }
  await expect(page).toHaveTitle("Acme: hydrant console");
});

test("the theme follows the system, and can be chosen", async ({ console: page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.getByLabel("Theme").selectOption("light");
  expect(await background()).toBe(light);
  await page.reload();
  await expect(page.locator("#connection")).toHaveText("live");
  expect(await background()).toBe(light);
});

test("a program that was started again is noticed", async ({ page }) => {
  const first = await Program.start();
  await page.goto(first.console);
  await expect(page.locator("#connection")).toHaveText("live");
  await first.stop();
  await expect(page.locator("#connection")).toHaveText("not connected");
  const second = await Program.start(Number(new URL(first.console).port));
  await expect(page.getByRole("alert")).toContainText("The program was started again");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.locator("#connection")).toHaveText("live");
  await second.stop();
});
