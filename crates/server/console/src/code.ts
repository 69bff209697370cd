//! A JSON text with line numbers, colours, and the problems marked at their position.

import { button, h, replace } from "./dom.js";
import { type Formatted, format, ranges, scan, type Token } from "./json.js";

export interface Mark {
  /** The position in the text as it was received. */
  index: number;
  /** The position in words, which is that of the text as it was received. */
  at?: string | undefined;
  level: "error" | "warning";
  message: string;
}

/** A line of the text, or a part of a line that is longer than the view is wide. */
interface Line {
  /** The number of the line; `null` for a part that continues it. */
  number: number | null;
  start: number;
  end: number;
  marks: Mark[];
}

/** Lines that are built at once. Texts of some megabytes stay quick, because most are never seen. */
const CHUNK = 120;
const LINE_HEIGHT = 19;
/** Of the font of texts. */
const CHAR_WIDTH = 7.2;
/** Columns that the line numbers take. */
const GUTTER = 8;

export class Code {
  readonly element: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly toggle: HTMLButtonElement;
  private readonly formatted: Formatted;
  private readonly observer: IntersectionObserver;
  private columns = Infinity;
  private shownMark: Mark | null = null;
  private text = "";
  private tokens: Token[] = [];
  private lines: Line[] = [];
  private built = new Set<number>();
  private picked: { start: number; end: number } | null = null;

  /** `asSent`: not formatted at first. `pick` is called with the path of a value that was clicked. */
  constructor(
    private readonly original: string,
    private readonly marks: Mark[],
    label: string,
    private asSent = false,
    private readonly pick: (path: string) => void = () => {},
  ) {
    this.formatted = format(original);
    this.scroller = h("div", { class: "code", role: "group", tabindex: "0", "aria-label": label });
    this.scroller.addEventListener("click", (event) => this.clicked(event));
    this.observer = new IntersectionObserver((seen) => {
      for (const entry of seen) if (entry.isIntersecting) this.build(Number((entry.target as HTMLElement).dataset.chunk));
    });
    this.toggle = button("", () => this.change(!this.asSent), { class: "quiet" });
    const copy = button("Copy", () => void navigator.clipboard.writeText(this.text), { class: "quiet", "aria-label": `Copy ${label}` });
    this.element = h("div", { class: "code-view" }, h("div", { class: "bar" }, this.toggle, copy), this.scroller);
    new ResizeObserver(() => this.fit()).observe(this.scroller);
    this.show(asSent);
  }

  /** A text that is not formatted may be one long line: it is wrapped at the width of the view. */
  private fit(): void {
    const columns = Math.max(20, Math.floor(this.scroller.clientWidth / CHAR_WIDTH) - GUTTER);
    if (this.scroller.clientWidth === 0 || columns === this.columns) return;
    this.columns = columns;
    if (this.asSent) this.change(true);
  }

  /** Shows the text otherwise, with the same mark in view. */
  private change(asSent: boolean): void {
    this.show(asSent);
    if (this.shownMark) this.reveal(this.shownMark, false);
  }

  private show(asSent: boolean): void {
    this.asSent = asSent;
    this.text = asSent ? this.original : this.formatted.text;
    this.toggle.textContent = asSent ? "Show formatted" : "Show as received";
    this.tokens = scan(this.text);
    this.picked = null;
    this.lines = [];
    let start = 0;
    this.text.split("\n").forEach((line, index) => {
      const stop = start + line.length;
      let number: number | null = index + 1;
      do {
        const end = asSent ? partEnd(this.text, start, stop, this.columns) : stop;
        this.lines.push({ number, start, end, marks: [] });
        number = null;
        start = end;
      } while (start < stop);
      start = stop + 1;
    });
    for (const mark of this.marks) this.lines[this.lineOf(this.shown(mark))]?.marks.push(mark);
    this.layOut();
  }

  private layOut(): void {
    this.observer.disconnect();
    this.built.clear();
    const chunks: HTMLElement[] = [];
    for (let first = 0; first < this.lines.length; first += CHUNK) {
      const lines = this.lines.slice(first, first + CHUNK);
      const rows = lines.reduce((rows, line) => rows + 1 + line.marks.length, 0);
      const chunk = h("div", { class: "chunk", "data-chunk": first / CHUNK });
      chunk.style.minHeight = `${rows * LINE_HEIGHT}px`;
      chunks.push(chunk);
    }
    replace(this.scroller, ...chunks);
    for (const chunk of chunks) this.observer.observe(chunk);
  }

  /** Shows the position of a mark; `all` also scrolls what is around the text. */
  reveal(mark: Mark, all: boolean): void {
    this.shownMark = mark;
    this.fit();
    this.scrollTo(this.shown(mark), all);
  }

  /** Shows and marks the value at a path. */
  highlight(path: string): void {
    const range = ranges(this.tokens).get(path);
    if (!range) return;
    const rebuilt = [this.picked?.start, range.start].filter((at) => at !== undefined);
    this.picked = range;
    for (const at of rebuilt) this.rebuild(at);
    if (range.end > range.start) this.scrollTo(range.start, false);
  }

  /** The position in the text that is shown. */
  private shown(mark: Mark): number {
    return this.asSent ? mark.index : this.formatted.position(mark.index);
  }

  private lineOf(position: number): number {
    const after = this.lines.findIndex((line) => line.start > position);
    return after < 0 ? this.lines.length - 1 : Math.max(0, after - 1);
  }

  private scrollTo(position: number, all: boolean): void {
    const line = this.lineOf(position);
    this.build(Math.floor(line / CHUNK));
    const row = this.scroller.querySelector<HTMLElement>(`[data-line="${line}"]`);
    if (!row) return;
    const top = row.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
    this.scroller.scrollTop += top - this.scroller.clientHeight / 3;
    const column = position - (this.lines[line]?.start ?? 0);
    this.scroller.scrollLeft = Math.max(0, column * CHAR_WIDTH - this.scroller.clientWidth / 2);
    let last: Element = row;
    while (last.nextElementSibling?.classList.contains("caret")) last = last.nextElementSibling;
    if (all) last.scrollIntoView({ block: "nearest" });
  }

  private rebuild(position: number): void {
    const chunk = Math.floor(this.lineOf(position) / CHUNK);
    if (!this.built.delete(chunk)) return;
    this.build(chunk);
  }

  private build(chunk: number): void {
    const place = this.scroller.querySelector(`[data-chunk="${chunk}"]`);
    if (!place || this.built.has(chunk)) return;
    this.built.add(chunk);
    const rows: HTMLElement[] = [];
    const first = chunk * CHUNK;
    let token = this.firstToken(this.lines[first]?.start ?? 0);
    this.lines.slice(first, first + CHUNK).forEach((line, index) => {
      const code = h("code");
      token = this.fill(code, line, token);
      const number = first + index;
      const level = line.marks.some((mark) => mark.level === "error") ? "error" : "warning";
      rows.push(
        h("div", { class: line.marks.length > 0 ? `line has-${level}` : "line", "data-line": number },
          h("span", { class: "no", "aria-hidden": "true" }, line.number ?? "↪"), code),
      );
      for (const mark of line.marks) rows.push(...this.caret(mark, line));
    });
    replace(place, ...rows);
  }

  private firstToken(position: number): number {
    const found = this.tokens.findIndex((token) => token.end > position);
    return found < 0 ? this.tokens.length : found;
  }

  /** Adds the text of a line, and returns the first token that is not complete in it. */
  private fill(code: HTMLElement, line: Line, first: number): number {
    let at = line.start;
    let index = first;
    for (; index < this.tokens.length; index++) {
      const token = this.tokens[index];
      if (!token || token.start >= line.end) break;
      code.append(this.text.slice(at, Math.max(at, token.start)));
      at = Math.min(token.end, line.end);
      const text = this.text.slice(Math.max(token.start, line.start), at);
      const isPicked = this.picked !== null && token.start >= this.picked.start && token.end <= this.picked.end;
      const classes = [`t-${text.includes("•") ? "hidden" : token.kind}`, isPicked && "picked"].filter(Boolean);
      code.append(h("span", { class: classes.join(" "), "data-path": token.path }, text));
      if (token.end > line.end) break;
    }
    code.append(this.text.slice(at, line.end));
    return index;
  }

  /** The line under a problem: `^^^^ error: what is wrong`. The text has its own line if it is long. */
  private caret(mark: Mark, line: Line): HTMLElement[] {
    const position = this.shown(mark);
    const token = this.tokens[this.firstToken(position)];
    const inside = token && token.start <= position ? token.end - position : 1;
    const width = Math.max(1, Math.min(inside, line.end - position));
    const column = Math.max(0, position - line.start);
    // The numbers of the lines that are shown are others if the text is formatted.
    const at = this.asSent && mark.at !== undefined ? `${mark.at}: ` : "";
    const text = `${at}${mark.level}: ${mark.message}`;
    const says = h("span", { class: "says" }, text);
    const columns = this.scroller.clientWidth / CHAR_WIDTH - GUTTER;
    const fits = column + width + text.length + 2 < columns;
    const row = (kind: string, ...content: HTMLElement[]): HTMLElement =>
      h("div", { class: `line caret ${mark.level} ${kind}` }, h("span", { class: "no", "aria-hidden": "true" }), ...content);
    const carets = h("code", {}, " ".repeat(column), "^".repeat(width));
    return fits ? [row("", carets, says)] : [row("", carets), row("below", says)];
  }

  private clicked(event: Event): void {
    const path = (event.target as HTMLElement).dataset.path;
    if (path !== undefined && window.getSelection()?.isCollapsed !== false) this.pick(path);
  }
}

/** The end of the part of a line that begins at `start`. It does not split a character. */
function partEnd(text: string, start: number, stop: number, columns: number): number {
  if (stop - start <= columns) return stop;
  const end = start + columns;
  return /[\ud800-\udbff]/.test(text[end - 1] ?? "") ? end - 1 : end;
}
