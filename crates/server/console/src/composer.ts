//! The composer: samples, the settings form, and a message that is checked while it is written.

import * as api from "./api.js";
import { marksOf, problem } from "./document.js";
import { announce, button, h, replace } from "./dom.js";
import { bytes, counted } from "./format.js";
import { Editor } from "./editor.js";
import { format, ranges, scan, setMember } from "./json.js";
import { SettingsForm } from "./settings.js";
import type { Doc, ParseError, State } from "./types.js";

/** How long the text must be unchanged before it is checked. */
const PAUSE_MS = 250;

export class Composer {
  readonly element: HTMLElement;
  private readonly editor: Editor;
  private readonly verdict = h("div", { class: "verdict", role: "status" });
  private readonly origin = h("p", { class: "remark", hidden: true });
  private readonly sample: HTMLSelectElement;
  /** Takes the place of a sample in the list while a former message is edited. */
  private readonly former = h("option", { value: "", hidden: true });
  private readonly sendButton = button("Send", () => void this.send(), { class: "primary", title: "Ctrl+Enter in the text" });
  private base: api.Base = { base: null, inner: false };
  private isSending = false;
  private timer: number | undefined;
  private checking: AbortController | null = null;

  constructor(
    private readonly state: State,
    private readonly sent: (seq: number) => void,
    private readonly failed: (error: unknown) => void,
    back: () => void,
  ) {
    this.editor = new Editor("Message to send", () => this.changed());
    this.editor.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) void this.send();
    });
    const groups = [...new Set(state.samples.map((sample) => sample.group))];
    this.sample = h("select", { id: "sample", change: () => this.load(this.sample.value) },
      this.former,
      ...groups.map((group) =>
        h("optgroup", { label: group }, ...state.samples.flatMap((sample, index) => (sample.group === group ? [h("option", { value: index }, sample.name)] : [])))));
    const form = state.settings.length > 0
      ? h("details", { class: "settings-box" }, h("summary", {}, "Settings of the account"),
          new SettingsForm(state.settings, (path, key, values) => this.putSettings(path, key, values)).element)
      : h("p", { class: "quiet-text" }, "The module registers no settings.");
    this.element = h("article", { class: "composer", "aria-labelledby": "composer-title" },
      h("header", {},
        h("div", { class: "title" }, button("Back", back, { class: "back" }), h("h2", { id: "composer-title", tabindex: "-1" }, "Compose a message"),
          h("div", { class: "actions" },
            button("Format", () => this.format()),
            this.sendButton)),
        h("p", { class: "choice" }, h("label", { for: "sample" }, "Start from a sample"), " ", this.sample),
        this.origin),
      this.editor.element, this.verdict, form);
    this.load("0");
  }

  focus(): void {
    this.editor.field.focus();
  }

  /** Edits a former message, or the message inside it. */
  async openFormer(seq: number, inner: boolean): Promise<void> {
    const { body, changed } = await api.editable(seq, inner);
    const name = inner ? `the message inside #${seq}` : `message #${seq}`;
    this.former.textContent = name;
    this.former.hidden = false;
    this.sample.value = "";
    const repaired = "The message is not UTF-8. Bytes that are not are replaced by � here: what you send differs from what was received. Resend sends the bytes as they were.";
    const hidden = `This is ${name}. Hidden values are written as "«hidden 1»"; the program puts the real ones back when you send.`;
    this.edit(body, { base: seq, inner }, `${hidden}${changed ? ` ${repaired}` : ""}`);
  }

  private edit(text: string, base: api.Base, origin = ""): void {
    this.base = base;
    this.origin.hidden = origin === "";
    this.origin.textContent = origin;
    this.editor.text = format(text).text;
    this.changed(0);
  }

  private load(index: string): void {
    const sample = this.state.samples[Number(index)];
    this.former.hidden = true;
    this.sample.value = index;
    if (sample) this.edit(sample.body, { base: null, inner: false });
  }

  /** Takes the message out of an event of another service. */
  private async unwrap(): Promise<void> {
    try {
      const { base } = this.base;
      if (base !== null) await this.openFormer(base, true);
      else this.edit((await api.unwrap(this.editor.text)).body, this.base, "This is the message that was inside.");
    } catch (error) {
      this.failed(error);
    }
  }

  private format(): void {
    this.editor.text = format(this.editor.text).text;
    this.changed(0);
  }

  private putSettings(path: string, key: string, values: Record<string, string>): void {
    const target = path === "audiences" ? "audiences[0]" : path;
    let text = this.editor.text;
    if (path === "account" && !ranges(scan(text)).has("account")) {
      text = setMember(text, "", "account", '{ "account_id": 1 }') ?? text;
    }
    const changed = setMember(text, target, key, JSON.stringify(values));
    if (changed === null) {
      announce(`The message has no object ${target} for settings.`);
      return;
    }
    this.editor.text = format(changed).text;
    this.changed(0);
    announce("The settings are in the message.");
  }

  private changed(pause = PAUSE_MS): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.check(), pause);
  }

  private async check(): Promise<void> {
    this.checking?.abort();
    const controller = (this.checking = new AbortController());
    try {
      const doc = await api.check(this.editor.text, this.base, controller.signal);
      if (!controller.signal.aborted) this.judge(doc);
    } catch (error) {
      if (!controller.signal.aborted) this.failed(error);
    }
  }

  private judge(doc: Doc): void {
    if (doc.error?.index != null) inEditor(doc.error, doc.error.index, this.editor.text);
    const marks = marksOf(doc, this.editor.text);
    this.editor.mark([...marks.values()]);
    const go = (index: number | undefined) => () => index !== undefined && this.editor.select(index);
    if (doc.error) {
      const inside = doc.error.kind === "wrapped" ? h("p", {}, button("Use the message inside", () => void this.unwrap())) : null;
      replace(this.verdict, problem(doc.error, go(doc.error.index ?? undefined), true, inside));
      return;
    }
    const list = doc.findings.slice(0, 30).map((finding) =>
      h("li", { class: finding.level },
        h("button", { type: "button", click: go(marks.get(finding)?.index) },
          h("span", { class: "level" }, finding.level), h("span", {}, finding.message), h("code", {}, finding.path || "the message"))));
    const words = doc.findings.length === 0 ? "nothing wrong with it" : counted(doc.findings.length, "finding");
    replace(this.verdict,
      h("p", { class: "fine" }, h("span", { "aria-hidden": "true" }, "✓ "), `The message can be read; ${words}. ${bytes(doc.bytes)}.`),
      list.length > 0 && h("ul", { class: "findings" }, ...list));
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = this.sendButton.disabled = true;
    try {
      const { seq } = await api.send(this.editor.text, this.base);
      this.sent(seq);
    } catch (error) {
      this.failed(error);
    } finally {
      this.isSending = this.sendButton.disabled = false;
    }
  }
}

/** The place of an error in the text that is edited, in which hidden values have another length. */
function inEditor(error: ParseError, index: number, text: string): void {
  const before = text.slice(0, index);
  error.line = before.split("\n").length;
  error.column = 1 + Array.from(before.slice(before.lastIndexOf("\n") + 1)).length;
  error.byte = new TextEncoder().encode(before).length;
}
