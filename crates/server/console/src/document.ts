//! A JSON text with everything that is known about it: what is wrong and what to do, the typed view
//! beside the text. Used for messages, responses, batches and the registration.

import { Code, type Mark } from "./code.js";
import { h } from "./dom.js";
import { bytes, counted } from "./format.js";
import { headline, hint, place, shape } from "./hints.js";
import { join, ranges, scan, type Token } from "./json.js";
import { Tree } from "./tree.js";
import type { Declared, Doc, Finding, ParseError } from "./types.js";

export interface Shown {
  element: HTMLElement;
  /** The error, which is at the top of the page. */
  problem: HTMLElement | null;
  /** Shows the first problem; called when the element is on the page. */
  settle(): void;
}

/** Findings that are listed; all are marked in the text. */
const LISTED = 50;
/** Errors after which the rest of the text cannot be read. */
const LOST = ["syntax", "trailing_text", "invalid_utf8", "encoding", "too_deep", "empty_input"];

/** The whole document. `label` names the text: "message 12"; `open` brings it onto the page. */
export function show(doc: Doc, label: string, open: () => void = () => {}): Shown {
  const marks = marksOf(doc, doc.text);
  let tree: Tree | null = null;
  const code = new Code(doc.text, [...marks.values()], `JSON of ${label}`, doc.error !== null, (path) => tree?.select(path));
  if (doc.tree) tree = new Tree(doc.tree, `Typed view of ${label}`, (path) => code.highlight(path));
  const go = (of: object, all = true): (() => void) => {
    const mark = marks.get(of);
    return () => mark && code.reveal(mark, all);
  };
  const { error } = doc;
  const goToError = (): void => {
    open();
    if (error) go(error)();
  };
  const element = h("div", { class: error ? "document refused" : "document" },
    doc.findings.length > 0 && findings(doc.findings, go, label),
    remarks(doc),
    h("div", { class: tree ? "views" : "views alone" },
      tree && h("section", { class: "view", "aria-label": "Typed view" }, h("h3", {}, "Typed view"), tree.element),
      h("section", { class: "view", "aria-label": "JSON" }, h("h3", {}, doc.error ? "JSON as received" : "JSON"), code.element)),
    error?.declared && declared(error.declared));
  const above = error && problem(error, goToError, false);
  const settle = (): void => {
    if (!error) return;
    go(error)();
    // Where there is no room for both, what is wrong comes first; it has a link to the place.
    above?.scrollIntoView({ block: "nearest" });
  };
  return { element, problem: above, settle };
}

/** Only the text, with its problems marked. */
export function showText(doc: Doc, label: string): HTMLElement {
  const marks = [...marksOf(doc, doc.text).values()];
  return h("div", { class: "document" }, remarks(doc), new Code(doc.text, marks, label).element);
}

/** Where the error and the findings of a text are. */
export function marksOf(doc: Doc, text: string): Map<object, Mark> {
  const positions = ranges(scan(text));
  const marks = new Map<object, Mark>();
  if (doc.error && doc.error.index !== null) {
    const at = doc.error.line === null ? undefined : `line ${doc.error.line}, column ${doc.error.column}`;
    marks.set(doc.error, { index: doc.error.index, at, level: "error", message: doc.error.message });
  }
  for (const finding of doc.findings) {
    const range = positions.get(fieldOf(finding)) ?? positions.get(finding.path);
    if (range) marks.set(finding, { index: range.start, level: finding.level, message: finding.message });
  }
  return marks;
}

/** The path of a finding; for a field that is not known, which its message names, that of the field. */
function fieldOf(finding: Finding): string {
  const name = finding.rule === "unknown-field" ? /^(?:unknown )?field "(.*?)" is skipped/.exec(finding.message)?.[1] : undefined;
  return name === undefined ? finding.path : join(finding.path, name);
}

/** What is hidden or cut. */
function remarks(doc: Doc): HTMLElement | null {
  const texts: string[] = [];
  const identities = doc.hidden - doc.secret;
  if (doc.error && doc.hidden > 0 && LOST.includes(doc.error.kind)) {
    texts.push("The text cannot be read from the marked place on, so that all that may be a personal value or a setting is shown as dots, of the right length. Punctuation and words of the protocol are shown");
    if (identities > 0) texts.push("press i to show personal values");
    if (doc.secret > 0) texts.push("what may be a setting is never shown");
  } else {
    const settings = doc.cut > 0 ? 0 : settingsOf(doc);
    const others = doc.secret - settings;
    if (identities > 0) texts.push(`${counted(identities, "personal value")} hidden: press i to show`);
    if (settings > 0) texts.push(`${counted(settings, "setting")} never shown`);
    if (others > 0) texts.push(`${counted(others, "value")} never shown, because a setting may be in ${others === 1 ? "it" : "them"}`);
  }
  if (doc.cut > 0) texts.push(`the last ${bytes(doc.cut)} are not shown`);
  return texts.length > 0 ? h("p", { class: "remark" }, texts.join(" · ")) : null;
}

/** The hidden values that are settings: the others are only where settings may be. */
function settingsOf(doc: Doc): number {
  const isSetting = ({ kind, path, start, end }: Token): boolean =>
    kind !== "key" && path !== undefined && /(^|\.)\w*_settings[.[]/.test(path) && doc.text.slice(start, end).includes("•");
  return Math.min(doc.secret, doc.secret === 0 ? 0 : scan(doc.text).filter(isSetting).length);
}

/** An error with its place, what to do and, if `all`, what the protocol declares there. */
export function problem(error: ParseError, go: () => void, all = true, more?: HTMLElement | null): HTMLElement {
  const where = place(error);
  return h("section", { class: "problem error", "aria-label": "What is wrong" },
    h("h3", {}, h("span", { "aria-hidden": "true" }, "✕ "), headline(error)),
    where !== "" && h("p", { class: "where" }, where, " ", error.index !== null && h("button", { type: "button", class: "link", click: go }, "show")),
    h("p", {}, h("strong", {}, "What to do: "), hint(error)),
    more,
    all && error.declared && declared(error.declared));
}

function declared(declared: Declared): HTMLElement {
  const name = declared.path === "" ? "The message" : declared.path;
  const isEnumeration = declared.values.length > 0;
  return h("div", { class: "declared" },
    h("p", {}, h("code", {}, name), ` is declared as: ${shape(declared)}`),
    isEnumeration && h("p", { class: "values" }, ...declared.values.flatMap((value, index) => [index > 0 ? " " : "", h("code", {}, value)])),
    declared.fields.length > 0 && h("details", { open: declared.fields.length <= 12 },
      h("summary", {}, `${counted(declared.fields.length, "field")}`),
      h("ul", { class: "fields" }, ...declared.fields.map((field) =>
        h("li", {}, h("code", {}, field.name), ` ${field.type}`, field.presence !== "optional" && h("em", {}, ` ${field.presence}`))))));
}

function findings(all: Finding[], go: (of: object) => () => void, label: string): HTMLElement {
  const rank = (finding: Finding): number => (finding.level === "error" ? 0 : 1);
  const sorted = [...all].sort((one, other) => rank(one) - rank(other));
  const errors = all.filter((finding) => finding.level === "error").length;
  const title = [errors > 0 && counted(errors, "error"), all.length > errors && counted(all.length - errors, "warning")];
  const items = sorted.slice(0, LISTED).map((finding) =>
    h("li", { class: finding.level },
      h("button", { type: "button", click: go(finding) },
        h("span", { class: "level" }, finding.level),
        h("span", {}, finding.message),
        h("code", {}, finding.path === "" ? "the message" : finding.path),
        h("span", { class: "rule" }, finding.rule))));
  return h("section", { class: `problem ${errors > 0 ? "error" : "warning"}`, "aria-label": `Findings of ${label}` },
    h("details", { open: all.length <= 6 },
      h("summary", {}, h("h3", {}, title.filter(Boolean).join(", "))),
      h("ul", { class: "findings" }, ...items),
      all.length > LISTED && h("p", { class: "quiet-text" }, `${all.length - LISTED} more are marked in the text`)));
}
