//! The live list of messages.

import { h, replace } from "./dom.js";
import { bytes, counted, duration, shortType, time } from "./format.js";
import { outcomes } from "./hints.js";
import type { Store } from "./store.js";
import type { Outcome, RefusedRequest, Summary } from "./types.js";

/** Rows that are built; the filter finds the others. */
const ROWS = 400;

export class List {
  selected: number | null = null;
  private rows = new Map<number, HTMLElement>();

  constructor(
    private readonly element: HTMLElement,
    private readonly status: HTMLElement,
    private readonly store: Store,
    private readonly open: (seq: number) => void,
  ) {}

  draw(): void {
    const shown = this.store.shown();
    const wanted = shown.slice(0, ROWS);
    const rows = new Map<number, HTMLElement>();
    for (const message of wanted) rows.set(message.seq, this.rows.get(message.seq) ?? this.row(message));
    for (const [seq, row] of this.rows) if (!rows.has(seq)) row.remove();
    // Only what is not in its place is moved, so that scrolling and focus stay.
    let next: Element | null = this.element.firstElementChild;
    for (const row of rows.values()) {
      if (row === next) next = next.nextElementSibling;
      else this.element.insertBefore(row, next);
    }
    this.rows = rows;
    this.mark();
    const requests = this.store.messages.filter((message) => message.request !== null).length;
    const total = this.store.messages.length;
    const all = `${counted(total - requests, "message")}${requests > 0 ? `, ${counted(requests, "refused request")}` : ""}`;
    const left = shown.length > ROWS ? `, the newest ${ROWS} shown` : "";
    const held = this.store.held > 0 ? `, ${counted(this.store.held, "new one")} held` : "";
    this.status.textContent =
      shown.length === total ? `${all}${left}${held}` : `${shown.length} of ${all}${left}${held}`;
  }

  select(seq: number | null): void {
    this.selected = seq;
    this.mark();
    const row = seq === null ? undefined : this.rows.get(seq);
    row?.scrollIntoView({ block: "nearest" });
  }

  /** Opens the next older (+1) or newer (-1) message. */
  move(step: number): void {
    const seqs = [...this.rows.keys()];
    const at = this.selected === null ? -1 : seqs.indexOf(this.selected);
    const seq = seqs[at < 0 ? 0 : Math.min(seqs.length - 1, Math.max(0, at + step))];
    if (seq === undefined) return;
    this.open(seq);
    this.rows.get(seq)?.querySelector("button")?.focus({ preventScroll: true });
  }

  private mark(): void {
    for (const [seq, row] of this.rows) {
      const button = row.firstElementChild;
      if (seq === this.selected) button?.setAttribute("aria-current", "true");
      else button?.removeAttribute("aria-current");
    }
  }

  private row(message: Summary): HTMLElement {
    const { request } = message;
    if (request) return this.request(message, request);
    const facts = [time(message.at), bytes(message.bytes), duration(message.micros)];
    if (message.via === "console") facts.push(message.base === null ? "sent here" : `from #${message.base}`);
    return h("li", {},
      h("button", { type: "button", class: "message", click: () => this.open(message.seq) },
        h("span", { class: "top" },
          h("span", { class: "seq" }, `#${message.seq}`),
          h("span", { class: "type" }, shortType(message.type)),
          message.warnings > 0 && h("span", { class: "warnings", title: counted(message.warnings, "finding") }, `⚠ ${message.warnings}`, h("span", { class: "sr" }, message.warnings === 1 ? " finding" : " findings")),
          pill(message.outcome)),
        message.unhandled > 0 && h("span", { class: "middle unhandled" }, unhandledPill(message.unhandled), ` ${message.note ?? "an event of an unknown type"}`),
        h("span", { class: "middle" }, message.reason ?? events(message)),
        h("span", { class: "bottom" }, facts.join(" · "))));
  }

  private request(message: Summary, request: RefusedRequest): HTMLElement {
    const facts = [time(message.at), request.bytes === null ? "no length" : bytes(request.bytes), `${request.method} ${request.path}`];
    return h("li", {},
      h("button", { type: "button", class: "message", click: () => this.open(message.seq) },
        h("span", { class: "top" },
          h("span", { class: "seq" }, `#${message.seq}`),
          h("span", { class: "type" }, `request refused: ${message.status}`),
          pill(message.outcome)),
        h("span", { class: "middle" }, message.reason),
        h("span", { class: "bottom" }, facts.join(" · "))));
  }
}

/** `12 events: screen_view 7, custom_event 5` */
export function events(message: Summary): string {
  if (message.events === 0) return message.type === "event_processing_request" ? "no events" : "";
  const types = message.event_types.map(([type, count]) => (count === 1 ? type : `${type} ${count}`));
  return `${counted(message.events, "event")}: ${types.join(", ")}`;
}

/** The outcome as a word with a sign; the colour only repeats it. */
export function pill(outcome: Outcome | string): HTMLElement {
  const signs: Record<string, string> = { answered: "✓", done: "✓", retry: "↻", refused: "✕", rejected: "✕", discarded: "–", skipped: "–" };
  const label = outcome in outcomes ? outcomes[outcome as Outcome].label : outcome;
  return h("span", { class: `pill ${outcome}` }, h("span", { "aria-hidden": "true" }, signs[outcome] ?? "?"), ` ${label}`);
}

/** The mark of events that are done although nothing happened to them. */
export function unhandledPill(count?: number): HTMLElement {
  return h("span", { class: "pill unhandled" }, h("span", { "aria-hidden": "true" }, "⚠"), ` ${count === undefined ? "" : `${counted(count, "event")} `}not handled`);
}

/** Empties an element, and says why it is empty. */
export function empty(element: Element, ...text: string[]): void {
  replace(element, h("div", { class: "empty" }, ...text.map((line) => h("p", {}, line))));
}
