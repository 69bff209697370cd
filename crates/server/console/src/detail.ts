//! One message: what came, what happened to each part, and what went out.

import { Code } from "./code.js";
import { type CompareHost, comparison } from "./compare.js";
import { show, showText } from "./document.js";
import { button, h } from "./dom.js";
import { bytes, counted, date, duration } from "./format.js";
import { answer, refusalHint, UNHANDLED } from "./hints.js";
import { pill, unhandledPill } from "./list.js";
import { type Tab, Tabs } from "./tabs.js";
import type { Detail, Part, RefusedRequest, SentRecord, Summary } from "./types.js";

export interface DetailHost extends CompareHost {
  resend(seq: number): void;
  /** `inner`: the message inside an event of another service. */
  edit(seq: number, inner?: boolean): void;
  back(): void;
  open(seq: number): void;
}

/** The tab that was opened last; the next message opens with the same. */
let lastTab = "message";

/** The page of a message; `settle` must be called when it is on the page. */
export function detailView(detail: Detail, host: DetailHost): { element: HTMLElement; tabs: Tabs; settle(): void } {
  const { summary } = detail;
  const message = show(detail.message, `message ${summary.seq}`, () => view.show("message"));
  const tabs: Tab[] = [
    { id: "message", label: "Message", build: () => message.element, settle: () => message.settle() },
    { id: "outcomes", label: "Outcomes", count: detail.parts.length, build: () => outcomes(detail) },
    { id: "response", label: "Response", build: () => response(detail) },
    { id: "records", label: "Records", count: summary.records, build: () => records(detail) },
    { id: "outgoing", label: "Outgoing", count: detail.outgoing.batches.length, build: () => outgoing(detail) },
    { id: "compare", label: "Compare", build: () => comparison(detail, host) },
  ];
  // An error is in the message, whatever was looked at before.
  const first = detail.message.error && lastTab !== "compare" ? "message" : lastTab;
  const view = new Tabs(tabs, first, "Parts of the message", (id) => (lastTab = id));
  const facts: [string, string | HTMLElement][] = [
    ["received", date(summary.at)],
    ["took", duration(summary.micros)],
    ["size", bytes(summary.bytes)],
  ];
  if (summary.account !== null) facts.push(["account", String(summary.account)]);
  if (summary.id !== null) facts.push(["id", summary.id]);
  if (summary.base !== null) {
    const base = summary.base;
    facts.push(["sent again from", h("button", { type: "button", class: "link", click: () => host.open(base) }, `#${base}`)]);
  }
  const element = h("article", { class: "detail", "aria-labelledby": "detail-title" },
    h("header", {},
      h("div", { class: "title" },
        button("Back", () => host.back(), { class: "back" }),
        h("h2", { id: "detail-title", tabindex: "-1" }, `#${summary.seq} `, summary.type ?? "not a message"),
        pill(summary.outcome),
        h("div", { class: "actions" },
          button("Resend", () => host.resend(summary.seq), {}, "r"),
          button("Edit", () => host.edit(summary.seq), {}, "e"))),
      detail.too_long !== null && h("p", { class: "remark" }, "The message is too long to be kept. The console has a limit of memory, which can be raised."),
      message.problem,
      detail.message.error?.kind === "wrapped" && h("p", { class: "remark" }, button("Edit the message inside", () => host.edit(summary.seq, true))),
      unhandled(detail),
      h("p", { class: "answer" }, answer(summary), detail.suspended && " The response asks the sender to suspend this subscription."),
      h("dl", { class: "facts" }, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))))),
    view.element);
  return { element, tabs: view, settle: () => view.show(view.current) };
}

/** A request that was refused before it was processed: there is only what it was, and what to do. */
export function requestView(summary: Summary, request: RefusedRequest, back: () => void): HTMLElement {
  const facts: [string, string][] = [
    ["received", date(summary.at)],
    ["request", `${request.method} ${request.path}`],
    ["declared size", request.bytes === null ? "none" : bytes(request.bytes)],
  ];
  return h("article", { class: "detail", "aria-labelledby": "detail-title" },
    h("header", {},
      h("div", { class: "title" },
        button("Back", back, { class: "back" }),
        h("h2", { id: "detail-title", tabindex: "-1" }, `#${summary.seq} request refused: ${summary.status}`),
        pill(summary.outcome)),
      h("section", { class: "problem error", "aria-label": "What is wrong" },
        h("h3", {}, h("span", { "aria-hidden": "true" }, "✕ "), `HTTP ${summary.status}: ${summary.reason ?? request.kind}`),
        h("p", {}, h("strong", {}, "What to do: "), refusalHint(request)))),
    h("p", { class: "answer" }, "The request was refused before it was processed. Its body and its token are not kept. ",
      summary.outcome === "retry" ? "The sender repeats it." : "The sender does not repeat it: to a real sender, this data would be lost."),
    h("dl", { class: "facts" }, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))));
}

/** What happened to events of unknown types. */
function unhandled({ summary, parts }: Detail): HTMLElement | null {
  const all = parts.filter((part) => part.unhandled);
  if (all.length === 0) return null;
  return h("section", { class: "problem warning", "aria-label": "Not handled" },
    h("h3", {}, h("span", { "aria-hidden": "true" }, "⚠ "), `${counted(all.length, "event")} not handled`),
    ...all.slice(0, 5).map((part) => h("p", {}, h("code", {}, `events[${part.index}]`), `: ${part.reason ?? "unknown type"}`)),
    all.length > 5 && h("p", {}, `${all.length - 5} more are in the tab Outcomes`),
    h("p", {}, UNHANDLED, summary.note?.includes("is it `") ? "" : " The composer has a sample of each type that is known."));
}

function outcomes(detail: Detail): HTMLElement {
  if (detail.parts.length === 0) {
    return h("p", { class: "remark" }, "Nothing was processed, because the message was refused.");
  }
  const row = (part: Part): HTMLElement =>
    h("tr", {},
      h("td", { class: "number" }, part.index ?? ""),
      h("td", {}, part.type),
      h("td", {}, part.unhandled ? unhandledPill() : pill(part.outcome)),
      h("td", {}, reason(part)),
      h("td", { class: "number" }, part.records > 0 ? part.records : ""),
      h("td", { class: "mono" }, part.id ?? ""),
      h("td", {}, part.at === null ? "" : date(part.at)));
  const header = ["#", "part", "outcome", "reason", "records", "id", "time"];
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Outcomes" },
    h("table", {},
      h("caption", {}, "What the module did with each part of the message"),
      h("thead", {}, h("tr", {}, ...header.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...detail.parts.map(row))));
}

function reason(part: Part): string {
  if (part.unhandled) return `${part.reason ?? "unknown type"} Acknowledged (${part.outcome}).`;
  return part.reason ?? (part.outcome === "skipped" ? "The module does not receive this type of event." : "");
}

function response({ response, summary }: Detail): HTMLElement {
  const body = response.body && show(response.body, `the response to message ${summary.seq}`);
  return h("div", {},
    h("dl", { class: "facts" },
      h("div", {}, h("dt", {}, "status"), h("dd", {}, response.status)),
      ...response.headers.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    body ? body.element : h("p", { class: "remark" }, "The response has no body."));
}

function records(detail: Detail): HTMLElement {
  if (detail.records.length === 0) return h("p", { class: "remark" }, "The module emitted no records for this message.");
  const item = (record: SentRecord, index: number): HTMLElement => {
    const details = h("details", { open: detail.records.length <= 5 },
      h("summary", {},
        h("span", { class: "seq" }, `record ${index}`),
        record.event === null ? "of the message" : `of event ${record.event}`,
        h("span", { class: "quiet-text" }, ` ${bytes(record.bytes)}${record.key === null ? "" : `, key ${record.key}`}`)));
    const fill = (): void => {
      if (details.open && details.childElementCount === 1) details.append(payload(record, index));
    };
    details.addEventListener("toggle", fill);
    fill();
    return h("li", {}, details);
  };
  return h("div", {},
    h("ol", { class: "records" }, ...detail.records.map(item)),
    detail.records_left_out > 0 && h("p", { class: "remark" }, `${counted(detail.records_left_out, "more record")} not kept`));
}

function payload(record: SentRecord, index: number): HTMLElement {
  if (record.text === null) return h("p", { class: "remark" }, "Not text, or hidden: press i to show personal values.");
  const cut = record.cut > 0 && h("p", { class: "remark" }, `the last ${bytes(record.cut)} are not shown`);
  return h("div", {}, new Code(record.text, [], `record ${index}`).element, cut);
}

function outgoing({ outgoing }: Detail): HTMLElement {
  return h("div", {},
    h("p", { class: "remark" }, outgoing.note ?? "What a Kafka or Kinesis output would receive for this message, with the default settings of a connection."),
    outgoing.warnings.length > 0 && h("ul", { class: "warnings-list" }, ...outgoing.warnings.map((warning) => h("li", {}, warning))),
    ...outgoing.batches.map((batch, index) =>
      h("section", { "aria-label": `Batch ${index}` }, h("h3", {}, `Batch ${index} `, h("span", { class: "quiet-text" }, bytes(batch.bytes))), showText(batch, `outgoing batch ${index}`))));
}
