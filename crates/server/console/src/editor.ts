//! A text field for JSON with line numbers and the problems marked where they are. The marks are
//! drawn on a layer below the text field, which has the same text in the same font.

import { h, replace } from "./dom.js";
import type { Mark } from "./code.js";
import { scan } from "./json.js";

export class Editor {
  readonly element: HTMLElement;
  readonly field: HTMLTextAreaElement;
  private readonly gutter = h("div", { class: "gutter", "aria-hidden": "true" });
  private readonly layer = h("div", { class: "layer", "aria-hidden": "true" });
  private marks: Mark[] = [];

  constructor(label: string, changed: () => void) {
    this.field = h("textarea", {
      class: "field",
      "aria-label": label,
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "off",
      wrap: "off",
      input: () => {
        this.marks = [];
        this.draw();
        changed();
      },
      scroll: () => this.follow(),
      keydown: (event) => this.pressed(event as KeyboardEvent),
    });
    this.element = h("div", { class: "editor" }, this.gutter, h("div", { class: "sheet" }, this.layer, this.field));
  }

  get text(): string {
    return this.field.value;
  }

  set text(text: string) {
    this.field.value = text;
    this.marks = [];
    this.draw();
    this.field.scrollTop = 0;
    this.follow();
  }

  mark(marks: Mark[]): void {
    this.marks = marks;
    this.draw();
  }

  /** Selects the token at a position, and scrolls to it. */
  select(position: number): void {
    const text = this.text;
    const at = Math.min(position, text.length);
    this.field.focus();
    this.field.setSelectionRange(at, this.tokenEnd(at));
    const line = text.slice(0, at).split("\n").length - 1;
    const height = this.field.scrollHeight / Math.max(1, text.split("\n").length);
    this.field.scrollTop = Math.max(0, line * height - this.field.clientHeight / 2);
    const column = at - (text.lastIndexOf("\n", at - 1) + 1);
    this.field.scrollLeft = Math.max(0, column * 7.2 - this.field.clientWidth / 2);
    this.follow();
  }

  private tokenEnd(position: number): number {
    const token = scan(this.text).find((token) => token.start <= position && position < token.end);
    return token?.end ?? Math.min(position + 1, this.text.length);
  }

  private draw(): void {
    const text = this.text;
    const marked = new Map<number, string>();
    for (const mark of this.marks) {
      const line = text.slice(0, mark.index).split("\n").length;
      if (marked.get(line) !== "error") marked.set(line, mark.level);
    }
    const lines = text.split("\n").length;
    replace(this.gutter, ...Array.from({ length: lines }, (_, index) => h("span", { class: marked.get(index + 1) ?? "" }, index + 1)));
    const parts: (Node | string)[] = [];
    let at = 0;
    for (const mark of [...this.marks].sort((one, other) => one.index - other.index)) {
      if (mark.index < at) continue;
      const end = this.tokenEnd(mark.index);
      parts.push(text.slice(at, mark.index), h("mark", { class: mark.level }, text.slice(mark.index, end) || " "));
      at = Math.max(end, mark.index);
    }
    // A last empty line has its height only with something after it.
    replace(this.layer, ...parts, text.slice(at), "\n");
    this.follow();
  }

  private follow(): void {
    this.gutter.scrollTop = this.field.scrollTop;
    this.layer.scrollTop = this.field.scrollTop;
    this.layer.scrollLeft = this.field.scrollLeft;
  }

  /** Keeps the indentation on a new line; Tab leaves the field, as everywhere. */
  private pressed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
    const before = this.text.slice(0, this.field.selectionStart);
    const indent = /[^\n]*$/.exec(before)?.[0].match(/^ */)?.[0] ?? "";
    const more = /[{[]\s*$/.test(before) ? "  " : "";
    if (indent + more === "") return;
    event.preventDefault();
    // The only way of changing the text that the browser can undo.
    document.execCommand("insertText", false, `\n${indent}${more}`);
  }
}
