//! Two runs side by side: what differs in the message, the outcomes, the response and the records.

import * as api from "./api.js";
import { type Change, diff } from "./diff.js";
import { h, replace } from "./dom.js";
import { bytes, counted, duration, time } from "./format.js";
import { format } from "./json.js";
import type { Detail, Summary } from "./types.js";

export interface CompareHost {
  /** Messages to compare with, newest first. */
  messages(): Summary[];
}

/** Equal lines that are shown around a difference. */
const CONTEXT = 3;
const OFFERED = 200;

export function comparison(detail: Detail, host: CompareHost): HTMLElement {
  const { summary } = detail;
  const others = host.messages().filter((message) => message.seq !== summary.seq && message.request === null).slice(0, OFFERED);
  if (others.length === 0) return h("p", { class: "remark" }, "There is no other message to compare with. Send this one again: press r.");
  const isRelated = (message: Summary): boolean => message.seq === summary.base || message.base === summary.seq;
  const isAlike = (message: Summary): boolean => message.type === summary.type;
  const isOlder = (message: Summary): boolean => isAlike(message) && message.seq < summary.seq;
  const first = others.find(isRelated) ?? others.find(isOlder) ?? others.find(isAlike) ?? others[0];
  const option = (message: Summary): HTMLOptionElement =>
    h("option", { value: message.seq, selected: message === first }, `#${message.seq} ${message.type ?? "not a message"}, ${time(message.at)}, ${message.outcome}`);
  const result = h("div", { class: "comparison" });
  const select = h("select", { id: "compare-with", change: () => void load() }, ...others.map(option));
  const load = async (): Promise<void> => {
    try {
      replace(result, differences(await api.detail(Number(select.value)), detail));
    } catch (error) {
      replace(result, h("p", { class: "remark" }, String(error instanceof Error ? error.message : error)));
    }
  };
  void load();
  return h("div", {},
    h("p", { class: "choice" }, h("label", { for: "compare-with" }, "Compare with"), " ", select),
    result);
}

function differences(before: Detail, after: Detail): HTMLElement {
  const [one, other] = [before.summary, after.summary];
  const rows: [string, string, string][] = [
    ["outcome", `${one.outcome} (HTTP ${one.status})`, `${other.outcome} (HTTP ${other.status})`],
    ["reason", one.reason ?? "", other.reason ?? ""],
    ["time", duration(one.micros), duration(other.micros)],
    ["size", bytes(one.bytes), bytes(other.bytes)],
    ["events", String(one.events), String(other.events)],
    ["records", String(one.records), String(other.records)],
    ["findings", String(one.warnings), String(other.warnings)],
  ];
  const row = ([name, left, right]: [string, string, string]): HTMLElement =>
    h("tr", { class: left === right ? "" : "differs" },
      h("th", { scope: "row" }, name), h("td", {}, left), h("td", {}, right),
      h("td", {}, left === right ? "same" : name === "time" ? ratio(one.micros, other.micros) : "differs"));
  const header = ["", `#${one.seq} (−)`, `#${other.seq} (+)`, ""];
  const parts = (detail: Detail): string =>
    detail.parts.map((part) => `${part.index ?? "message"} ${part.type}: ${part.outcome}${part.reason === null ? "" : `, ${part.reason}`}`).join("\n");
  const records = (detail: Detail): string => detail.records.map((record) => format(record.text ?? `${record.bytes} bytes`).text).join("\n");
  const outgoing = (detail: Detail): string => detail.outgoing.batches.map((batch) => format(batch.text).text).join("\n");
  return h("div", {},
    h("table", { class: "facts-table" },
      h("caption", {}, "The two runs"),
      h("thead", {}, h("tr", {}, ...header.map((name) => (name === "" ? h("td", {}) : h("th", { scope: "col" }, name))))),
      h("tbody", {}, ...rows.map(row))),
    section("Message", format(before.message.text).text, format(after.message.text).text),
    section("Outcomes", parts(before), parts(after)),
    section("Response", format(before.response.body?.text ?? "").text, format(after.response.body?.text ?? "").text),
    section("Records", records(before), records(after)),
    section("Outgoing batches", outgoing(before), outgoing(after)));
}

function ratio(before: number, after: number): string {
  const factor = before > 0 ? after / before : 1;
  return factor >= 1 ? `${factor.toFixed(1)} times as long` : `${(1 / Math.max(factor, 1e-9)).toFixed(1)} times as fast`;
}

function section(name: string, before: string, after: string): HTMLElement {
  if (before === after) {
    return h("p", { class: "alike" }, h("strong", {}, name), before === "" ? ": nothing in both" : ": the same");
  }
  const changes = diff(before.split("\n"), after.split("\n"));
  const added = changes.filter((change) => change.kind === "added").length;
  const removed = changes.filter((change) => change.kind === "removed").length;
  return h("section", { "aria-label": `Differences: ${name}` },
    h("h3", {}, `${name} `, h("span", { class: "quiet-text" }, `${removed} removed, ${added} added`)),
    h("div", { class: "code diff", tabindex: "0", role: "group", "aria-label": `Lines that differ: ${name}` }, ...lines(changes)));
}

function lines(changes: Change[]): HTMLElement[] {
  const near = (index: number): boolean =>
    changes.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((change) => change.kind !== "same");
  const rows: HTMLElement[] = [];
  let skipped = 0;
  const gap = (): void => {
    if (skipped > 0) rows.push(h("div", { class: "line gap" }, `… ${counted(skipped, "equal line")}`));
    skipped = 0;
  };
  changes.forEach((change, index) => {
    if (change.kind === "same" && !near(index)) {
      skipped++;
      return;
    }
    gap();
    const sign = { same: " ", removed: "−", added: "+" }[change.kind];
    rows.push(h("div", { class: `line ${change.kind}` }, h("span", { class: "no" }, sign), h("code", {}, change.text)));
  });
  gap();
  return rows;
}
