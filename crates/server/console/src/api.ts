//! Requests to the program. Every one carries the token of the page, which other sites cannot read.

import type { Detail, Doc, State, Update } from "./types.js";

const token = document.querySelector<HTMLMetaElement>('meta[name="hydrant-token"]')?.content ?? "";

/** The program does not know this page, because it was started again. */
export class Stale extends Error {}

async function request(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { "x-hydrant-console": token };
  const init: RequestInit = { headers, cache: "no-store", credentials: "omit" };
  if (body !== undefined) {
    init.method = "POST";
    init.body = JSON.stringify(body);
    headers["content-type"] = "application/json";
  }
  if (signal) init.signal = signal;
  const response = await fetch(path, init).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Error("The program does not answer. Look whether it still runs; the page connects by itself when it answers again.");
  });
  if (response.ok) return response;
  const text = (await response.text()).trim();
  if (response.status === 403) throw new Stale(text);
  throw new Error(text || `the program answered ${response.status}`);
}

async function json<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return (await (await request(path, body, signal)).json()) as T;
}

export const state = (): Promise<State> => json("api/state");
export const messages = (after: number): Promise<Update> => json(`api/messages?after=${after}`);
export const detail = (seq: number): Promise<Detail> => json(`api/messages/${seq}`);
/** A text to edit: hidden values are place-holders, which the program replaces when it is sent. */
export interface Editable {
  body: string;
  /** Whether the text is not what was received, because that is not UTF-8. */
  changed: boolean;
}
/** Where place-holders of a text are from: a message, or the message inside it. */
export interface Base {
  base: number | null;
  inner: boolean;
}
export const editable = (seq: number, inner: boolean): Promise<Editable> => json(`api/messages/${seq}/${inner ? "inner" : "edit"}`);
/** The message inside an event of another service. */
export const unwrap = (body: string): Promise<{ body: string }> => json("api/unwrap", { body });
export const check = (body: string, base: Base, signal: AbortSignal): Promise<Doc> => json("api/check", { body, ...base }, signal);
export const send = (body: string, base: Base): Promise<{ seq: number }> => json("api/send", { body, ...base });
export const resend = (seq: number): Promise<{ seq: number }> => json("api/resend", { seq });
export const reveal = (on: boolean): Promise<unknown> => json("api/reveal", { on });

/** Calls `update` for every event of the stream until the connection ends. */
export async function stream(after: number, update: (update: Update) => void, connected: () => void): Promise<void> {
  const response = await request(`api/stream?after=${after}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  connected();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:"));
      if (data.length > 0) update(JSON.parse(data.map((line) => line.slice(5)).join("\n")) as Update);
    }
  }
}
