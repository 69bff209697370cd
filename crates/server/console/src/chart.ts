//! Counts, which are also filters, and the latency of the last messages.

import { h, replace, svg } from "./dom.js";
import { counted, duration, percentile } from "./format.js";
import { outcomes } from "./hints.js";
import type { Store } from "./store.js";
import type { Outcome, Summary } from "./types.js";

const BARS = 160;
const HEIGHT = 56;

export function drawCounts(element: HTMLElement, store: Store, changed: () => void): void {
  const { totals } = store;
  const filter = (outcome: Outcome): HTMLElement =>
    h("button", {
      type: "button",
      class: `count ${outcome}`,
      "aria-pressed": String(store.outcomes.has(outcome)),
      title: outcomes[outcome].meaning,
      click: () => {
        if (!store.outcomes.delete(outcome)) store.outcomes.add(outcome);
        changed();
      },
    }, h("b", {}, totals[outcome].toLocaleString("en")), ` ${outcomes[outcome].label}`);
  const focused = [...element.children].indexOf(document.activeElement as Element);
  replace(element,
    h("span", { class: "count" }, h("b", {}, totals.messages.toLocaleString("en")), totals.messages === 1 ? " message" : " messages"),
    h("span", { class: "count" }, h("b", {}, totals.events.toLocaleString("en")), totals.events === 1 ? " event" : " events"),
    ...(["answered", "retry", "rejected", "refused"] as const).map(filter));
  if (focused >= 0) (element.children[focused] as HTMLElement).focus();
}

/** One bar per message on a logarithmic scale, oldest first, with the median and 99th percentile. */
export function drawLatency(element: HTMLElement, messages: Summary[], open: (seq: number) => void): void {
  const shown = messages.filter((message) => message.request === null).slice(0, BARS).reverse();
  if (shown.length === 0) {
    replace(element, h("p", { class: "quiet-text" }, "The latency appears here with the first message."));
    return;
  }
  const sorted = shown.map((message) => message.micros).sort((one, other) => one - other);
  const [median, most] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
  const low = Math.log10(Math.max(1, sorted[0] ?? 1)) - 0.3;
  const high = Math.max(low + 1, Math.log10(Math.max(1, sorted.at(-1) ?? 1)));
  const y = (micros: number): number => HEIGHT - ((Math.log10(Math.max(1, micros)) - low) / (high - low)) * (HEIGHT - 4);
  const step = 100 / BARS;
  const offset = BARS - shown.length;
  const bars = shown.map((message, index) =>
    svg("rect", {
      class: message.outcome,
      x: (offset + index) * step,
      y: y(message.micros),
      width: step * 0.7,
      height: HEIGHT - y(message.micros),
      click: () => open(message.seq),
    }, svg("title", {}, `#${message.seq}: ${duration(message.micros)}`)));
  const rule = (micros: number, name: string): SVGElement =>
    svg("line", { class: `rule ${name}`, x1: 0, x2: 100, y1: y(micros), y2: y(micros) });
  const facts = `median ${duration(median)}, 99th percentile ${duration(most)}, longest ${duration(sorted.at(-1) ?? 0)}`;
  replace(element,
    svg("svg", { viewBox: `0 0 100 ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": `Latency of the last ${counted(shown.length, "message")}: ${facts}` },
      ...bars, rule(median, "median"), rule(most, "most")),
    h("dl", { class: "latency" },
      h("div", {}, h("dt", {}, "median"), h("dd", {}, duration(median))),
      h("div", {}, h("dt", {}, "p99"), h("dd", {}, duration(most))),
      h("div", {}, h("dt", {}, "longest"), h("dd", {}, duration(sorted.at(-1) ?? 0)))));
}
