//! What is wrong with a message can be found out from the page alone.

import type { Locator, Page } from "@playwright/test";
import { batch, custom, expect, open, Program, test } from "./program.js";

const problem = (page: Page): Locator => page.getByRole("region", { name: "What is wrong" });

/** The position of the first caret in the text as it was received, from the lines that are shown. */
async function marked(page: Page): Promise<{ line: number; column: number; text: string }> {
  return page.locator(".detail .code").first().evaluate((code) => {
    let [line, before] = [0, 0];
    for (const row of code.querySelectorAll(".line:not(.caret)")) {
      const number = row.querySelector(".no")?.textContent ?? "";
      const text = row.querySelector("code")?.textContent ?? "";
      if (number !== "↪") [line, before] = [Number(number), 0];
      const carets = row.nextElementSibling?.matches(".caret") ? row.nextElementSibling.querySelector("code")?.textContent : null;
      if (carets) return { line, column: before + carets.indexOf("^") + 1, text: text.slice(carets.indexOf("^"), carets.length) };
      before += text.length;
    }
    return { line: 0, column: 0, text: "" };
  });
}

test("an event of an unknown type does not look like a success", async ({ console: page, program }) => {
  expect(await program.post(batch([custom("one"), { ...custom("home"), type: "sreen_view" }]))).toBe(200);
  const row = page.locator(".message");
  await expect(row).toContainText("1 event not handled");
  await expect(row).toContainText('unknown type "sreen_view"; is it `screen_view`?');
  await open(page, "#1");
  const notice = page.getByRole("region", { name: "Not handled" });
  await expect(notice).toContainText("1 event not handled");
  await expect(notice).toContainText('events[1]: unknown type "sreen_view"; is it `screen_view`?');
  await expect(notice).toContainText("the sender does not repeat it");
  await page.getByRole("tab", { name: "Outcomes" }).click();
  const outcome = page.getByRole("row", { name: /sreen_view/ });
  await expect(outcome).toContainText("not handled");
  await expect(outcome).toContainText("Acknowledged (done)");
  await expect(page.getByRole("row", { name: /custom_event/ })).not.toContainText("not handled");
});

test("an event that the module does not receive says so", async ({ console: page, program }) => {
  await program.post(batch([{ ...custom("x"), type: "session_start" }]));
  await open(page, "#1");
  await page.getByRole("tab", { name: "Outcomes" }).click();
  await expect(page.getByRole("row", { name: /session_start/ })).toContainText("The module does not receive this type of event.");
  await expect(page.locator(".message")).not.toContainText("not handled");
});

test("an error is marked in the text as it was received", async ({ console: page, program }) => {
  // One long line, and one with several.
  const long = batch([...Array.from({ length: 30 }, (_, index) => custom(`number ${index}`)), 7 as unknown as object, custom("é😀")]);
  const lines = '{\n  "type": "event_processing_request",\n  "mpid": "é😀", "events": [\n    7\n  ]\n}';
  for (const [index, text] of [long, lines].entries()) {
    expect(await program.post(text)).toBe(400);
    await open(page, `#${index + 1} `);
    const before = text.slice(0, text.search(/7[,\n]/));
    const line = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    await expect(problem(page)).toContainText(`line ${line}, column ${column} `);
    await expect(page.locator(".detail .caret").first()).toBeInViewport();
    expect(await marked(page)).toEqual({ line, column, text: "•" });
    await expect(page.locator(".detail .says")).toContainText(`line ${line}, column ${column}: error: expected an object`);
    await page.getByRole("button", { name: "Show formatted" }).click();
    await expect(page.locator(".detail .says")).toHaveText(/^error: expected an object/);
    await expect(page.getByRole("button", { name: "Show as received" })).toBeVisible();
  }
});

for (const [width, height] of [[1280, 860], [700, 860], [1000, 600]] as const) {
  test(`an error is at the top, and its place is in view: ${width} × ${height}`, async ({ console: page, program }) => {
    await page.setViewportSize({ width, height });
    await program.post(batch(Array.from({ length: 200 }, () => custom("x")), { user_identities: [{ type: "email", encoding: "raw" }] }));
    await program.post(batch([custom("x"), { ...custom("x"), timestamp_ms: [] }], { account: 7 }));
    await program.post(batch([...Array.from({ length: 200 }, () => custom("x")), 7 as unknown as object]));
    for (const seq of ["#3", "#2", "#1"]) {
      if (width < 900 && seq !== "#3") await page.getByRole("button", { name: "Back" }).click();
      await open(page, seq);
      await expect(problem(page).getByRole("heading")).toBeInViewport({ ratio: 1 });
      await expect(problem(page).locator(".where")).toBeInViewport({ ratio: 1 });
      await expect(page.locator(".detail .caret").first()).toBeInViewport();
    }
  });
}

test("on a narrow page the error is at the top, with a link to its place", async ({ console: page, program }) => {
  await page.setViewportSize({ width: 420, height: 860 });
  await program.post(batch(Array.from({ length: 3 }, () => custom("a long name of an event"))).slice(0, -40));
  await open(page, "#1");
  await expect(problem(page).getByRole("heading")).toBeInViewport({ ratio: 1 });
  await expect(problem(page).locator(".where")).toBeInViewport({ ratio: 1 });
  await problem(page).getByRole("button", { name: "show" }).click();
  await expect(page.locator(".detail .caret").first()).toBeInViewport();
});

test("a message that was cut off has one clear text", async ({ console: page, program }) => {
  const whole = batch([custom("a long name of an event")]);
  for (const [seq, cut, says] of [
    ["#1", whole.slice(0, whole.indexOf("long name")), "the text ends inside a string: the message was cut off, or a quotation mark is missing"],
    ["#2", whole.slice(0, -2), "the text ends before the message is complete: it was cut off, or brackets are missing"],
  ] as const) {
    expect(await program.post(cut)).toBe(400);
    await open(page, seq);
    await expect(problem(page).getByRole("heading")).toContainText(says);
    await expect(problem(page)).toContainText("Send the whole text.");
    await expect(problem(page)).not.toContainText("Usual causes");
    await expect(page.locator(".detail")).not.toContainText('found `"`');
    await expect(page.locator(".detail .remark")).not.toContainText("settings never shown");
  }
});

test("after a syntax error it is said what is hidden, and why", async ({ console: page, program }) => {
  expect(await program.post('{"type":"event_processing_request" "mpid":"ada","name":"Ada"}')).toBe(400);
  await open(page, "refused");
  const remark = page.locator(".document > .remark");
  await expect(remark).toContainText("cannot be read from the marked place on");
  await expect(remark).toContainText("press i to show personal values");
  await expect(remark).not.toContainText("setting is never");
  await expect(page.locator(".detail .code")).toContainText('"event_processing_request" "mpid":"•••","name":"•••"');
  await page.keyboard.press("i");
  await expect(page.locator(".detail .code")).toContainText('"mpid":"ada"');
  await expect(remark).toHaveCount(0);
});

test("requests that are refused before they are processed are shown", async ({ page }) => {
  const program = await Program.start(0, "a-token-of-the-sender");
  await page.goto(program.console);
  await expect(page.locator("#connection")).toHaveText("live");
  const token = (value: string): RequestInit => ({ headers: { authorization: `Token ${value}` } });
  const good = token("a-token-of-the-sender");
  expect(await program.post(batch([custom("secret-name")]), "/?key=s3cret", token("wr0ng"))).toBe(401);
  expect(await program.post("{}", "/elsewhere?key=s3cret", good)).toBe(404);
  expect(await program.post("", "/", { ...good, method: "GET", body: null })).toBe(405);
  expect(await program.post("{}", "/", { headers: { ...good.headers, "content-encoding": "br" } })).toBe(415);
  expect(await program.post(batch([custom("one")]), "/", good)).toBe(200);
  await expect(page.locator(".message")).toHaveCount(5);
  await expect(page.locator("#status")).toHaveText("1 message, 4 refused requests");
  await expect(page.locator("#counts").getByRole("button", { name: /refused/ })).toContainText("4");
  await expect(page.locator(".message").nth(3)).toContainText("request refused: 404");
  await expect(page.locator(".message").nth(3)).toContainText("POST /elsewhere");

  await open(page, "401");
  await expect(problem(page)).toContainText("HTTP 401: expected `Authorization: Token TOKEN`");
  await expect(problem(page)).toContainText("Compare the token of the sender with those of this program");
  await expect(page.locator(".facts")).toContainText("POST /");
  await page.keyboard.press("r");
  await page.keyboard.press("e");
  await expect(problem(page)).toBeVisible();
  await expect(page.locator("body")).not.toContainText(/s3cret|wr0ng|secret-name/);
  for (const [status, says] of [["404", "Nothing is at /elsewhere"], ["405", "by POST, not by GET"], ["415", "gzip or zstd"]] as const) {
    await open(page, `refused: ${status}`);
    await expect(problem(page)).toContainText(says);
  }
  await page.getByRole("searchbox").fill("status 415");
  await expect(page.locator(".message")).toHaveCount(1);
  await program.stop();
});

test("a window of zstd that is too large is explained", async ({ console: page, program }) => {
  // A frame with a window of 16 MiB and an empty block (RFC 8878, section 3.1.1).
  const frame = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x70, 0x01, 0x00, 0x00]);
  expect(await program.post(frame, "/", { headers: { "content-encoding": "zstd" } })).toBe(415);
  await open(page, "refused: 415");
  await expect(problem(page)).toContainText("What to do: Compress with a window of at most 8 MiB");
});

test("a message inside an event of another service can be taken out", async ({ console: page, program }) => {
  const message = batch([custom("wrapped one")]);
  const event = JSON.stringify({ resource: "/", httpMethod: "POST", headers: { a: "b" }, requestContext: { stage: "prod", accountId: "1" }, isBase64Encoded: true, body: Buffer.from(message).toString("base64") });
  await page.keyboard.press("c");
  const field = page.getByRole("textbox", { name: "Message to send" });
  await field.fill(event);
  await expect(page.locator(".verdict")).toContainText("found an API Gateway event, which wraps it in `body`");
  await expect(page.locator(".verdict")).toContainText("Send only the message");
  await page.getByRole("button", { name: "Use the message inside" }).click();
  await expect(field).toHaveValue(/"name": "wrapped one"/);
  await expect(page.locator(".verdict")).toContainText("The message can be read");

  expect(await program.post(event)).toBe(400);
  await open(page, "#1");
  await expect(problem(page)).toContainText("found an API Gateway event");
  await expect(page.locator(".document > .remark")).toContainText(/\d values never shown, because a setting may be in them/);
  await expect(page.locator(".document > .remark")).not.toContainText("settings never shown");
  await page.getByRole("button", { name: "Edit the message inside" }).click();
  await expect(field).toHaveValue(/"value": "«hidden \d+»"/);
  await expect(field).not.toHaveValue(/ada@example\.com|s3cret/);
  await expect(page.getByLabel("Start from a sample")).toHaveValue("");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toContainText("#2 event_processing_request");
  await expect(page.locator(".detail .pill").first()).toContainText("answered");
  await page.keyboard.press("i");
  await expect(page.locator(".code").first()).toContainText("ada@example.com");
});

test("settings are counted, and warnings have texts", async ({ console: page, program }) => {
  await program.post(batch([{ type: "hologram" }], { my_setting: ["a", "b"] }));
  await open(page, "#1");
  await expect(page.locator(".document > .remark")).toContainText("1 setting never shown · 2 values never shown, because a setting may be in them");
  await page.getByRole("tab", { name: "Outgoing" }).click();
  await expect(page.locator(".warnings-list")).toContainText("events[0]: the event is left out, because its type is not known");
});

test("the filter finds names of events, statuses and warnings", async ({ console: page, program }) => {
  await program.post(batch([custom("Signed up")]));
  await program.post(batch([custom("x", { nmae: 1 })]));
  await program.post("{}");
  await expect(page.locator(".message")).toHaveCount(3);
  const filter = page.getByRole("searchbox");
  for (const [words, seq] of [["signed up", "#1"], ["unknown field nmae", "#2"], ["400", "#3"], ["status 400 refused", "#3"]] as const) {
    await filter.fill(words);
    await expect(page.locator(".message")).toHaveCount(1);
    await expect(page.locator(".message")).toContainText(seq);
  }
});

test("editing a message that is not UTF-8 says that it changes it", async ({ console: page, program }) => {
  const body = Uint8Array.from(Buffer.from(batch([custom("caf\xe9")]), "latin1"));
  expect(await program.post(body)).toBe(400);
  await open(page, "refused");
  await expect(problem(page)).toContainText("expected UTF-8, found byte 0xE9");
  await page.keyboard.press("e");
  const remark = page.locator(".composer .remark");
  await expect(remark).toContainText("The message is not UTF-8.");
  await expect(remark).toContainText("what you send differs from what was received");
});

test("a double click sends once", async ({ console: page }) => {
  await page.keyboard.press("c");
  await expect(page.locator(".verdict")).toContainText("can be read");
  await page.getByRole("button", { name: "Send" }).dblclick();
  await expect(page.getByRole("heading", { level: 2 })).toContainText("#1 ");
  await page.getByRole("button", { name: "Resend" }).dblclick();
  await expect(page.getByRole("heading", { level: 2 })).toContainText("#2 ");
  await expect(page.locator("#counts")).toContainText("2 messages");
  await expect(page.locator(".detail")).toBeVisible();
});

test("a sample of a type of event stays selected after it was sent", async ({ console: page }) => {
  await page.keyboard.press("c");
  const samples = page.getByLabel("Start from a sample");
  await expect(samples.locator("option:checked")).toHaveText("event_processing_request");
  await expect(samples.locator("optgroup").nth(1)).toHaveAttribute("label", "One event, by its type");
  await samples.selectOption({ label: "impression" });
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toContainText("#1 ");
  await page.keyboard.press("c");
  await expect(samples.locator("option:checked")).toHaveText("impression");
  await expect(page.getByRole("textbox", { name: "Message to send" })).toHaveValue(/"type": "impression"/);
  await open(page, "#1");
  await page.keyboard.press("e");
  await expect(samples.locator("option:checked")).toHaveText("message #1");
});

test("a program that does not answer is said to be so", async ({ page }) => {
  const program = await Program.start();
  await page.goto(program.console);
  await expect(page.locator("#connection")).toHaveText("live");
  await page.keyboard.press("c");
  await expect(page.locator(".verdict")).toContainText("can be read");
  await program.stop();
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert")).toContainText("The program does not answer.");
});
