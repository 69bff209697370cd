//! Every test has its own program: the example `console` of hydrant-server.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test as base, expect, type Page } from "@playwright/test";

export { expect };

export class Program {
  private constructor(
    private readonly process: ChildProcess,
    /** The URL of the console. */
    readonly console: string,
    /** The URL to which the sender posts messages. */
    readonly listener: string,
  ) {}

  /** Starts the program; on this port if one is given, and with a token for the sender. */
  static async start(port = 0, ...token: string[]): Promise<Program> {
    const path = process.env.HYDRANT_CONSOLE_EXAMPLE;
    if (!path) throw new Error("HYDRANT_CONSOLE_EXAMPLE names no program: run ./test console");
    const child = spawn(path, [String(port), ...token], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) {
      const [admin, listener] = line.split(" ");
      if (admin?.startsWith("http") && listener) return new Program(child, admin, listener);
    }
    throw new Error("the program ended before it was ready");
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }

  /** Sends a message as the sender does, and returns the status. */
  async post(body: BodyInit, path = "", init: RequestInit = {}): Promise<number> {
    const response = await fetch(new URL(path, this.listener), { method: "POST", body, ...init });
    await response.text();
    return response.status;
  }
}

export const test = base.extend<{ program: Program; console: Page }>({
  program: async ({}, use) => {
    const program = await Program.start();
    await use(program);
    await program.stop();
  },
  /** The page, which must not ask for anything elsewhere, and must not complain. */
  console: async ({ page, program }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(program.console)) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(program.console);
    await expect(page.locator("#connection")).toHaveText("live");
    await use(page);
    expect(complaints).toEqual([]);
  },
});

/** A batch with these events, as the sender writes it. */
export function batch(events: object[], more: object = {}): string {
  return JSON.stringify({
    type: "event_processing_request",
    id: "76e558fa-f456-437c-bb81-e658f75a7bd9",
    timestamp_ms: 1714592744066,
    firehose_version: "3.2.0",
    account: { account_id: 42, account_settings: { apiKey: "s3cret-key" } },
    user_identities: [{ type: "email", encoding: "raw", value: "ada@example.com" }],
    mpid: "-4242",
    events,
    ...more,
  });
}

export const custom = (name: string, more: object = {}): object => ({
  type: "custom_event",
  id: "11111111-1111-4111-8111-111111111111",
  timestamp_ms: 1714592744066,
  source_id: "source",
  custom_event_type: "other",
  name,
  ...more,
});

/** Opens a message of the list by a text in it. */
export async function open(page: Page, text: string): Promise<void> {
  await page.locator(".message", { hasText: text }).first().click();
  await expect(page.locator(".detail")).toBeVisible();
}
