//! The typed view: what the program read, as a tree with the declared types. It follows the tree
//! pattern of the ARIA Authoring Practices: one stop for Tab, arrows to move.

import { h, replace } from "./dom.js";
import { date } from "./format.js";
import type { Node } from "./types.js";

interface Row {
  node: Node;
  level: number;
  parent: Row | null;
  element: HTMLElement;
  /** The list whose other elements this row shows. */
  more?: Node;
}

/** Lists with more elements are closed at first. */
const OPEN_ELEMENTS = 4;
/** Elements of a list that are shown at once. */
const SHOWN = 200;

export class Tree {
  readonly element: HTMLElement;
  private readonly open = new Set<Node>();
  private readonly all = new Set<Node>();
  private rows: Row[] = [];

  constructor(
    private readonly root: Node,
    label: string,
    private readonly pick: (path: string) => void,
  ) {
    this.element = h("div", { class: "tree", role: "tree", "aria-label": label });
    this.element.addEventListener("click", (event) => this.clicked(event));
    this.element.addEventListener("keydown", (event) => this.pressed(event));
    this.openFrom(root, 0);
    this.build(null);
  }

  private openFrom(node: Node, level: number): void {
    const children = node.children ?? [];
    if (level > 0 && (level > 3 || children.length > 12)) return;
    this.open.add(node);
    const isLongList = node.type.startsWith("list") && children.length > OPEN_ELEMENTS;
    if (!isLongList) children.forEach((child) => this.openFrom(child, level + 1));
  }

  /** Opens the parents of the value at a path, and selects it. */
  select(path: string): void {
    const chain = this.chain(this.root, path);
    if (!chain) return;
    chain.slice(0, -1).forEach((node) => this.open.add(node));
    this.build(chain.at(-1) ?? null);
    const row = this.rows.find((row) => row.node === chain.at(-1));
    row?.element.scrollIntoView({ block: "nearest" });
  }

  private chain(node: Node, path: string): Node[] | null {
    if (node.path === path) return [node];
    for (const child of node.children ?? []) {
      const isBelow = path === child.path || path.startsWith(`${child.path}.`) || path.startsWith(`${child.path}[`);
      const found = isBelow ? this.chain(child, path) : null;
      if (found) return [node, ...found];
    }
    return null;
  }

  private build(selected: Node | null): void {
    this.rows = [];
    for (const child of this.root.children ?? []) this.add(child, 1, null);
    replace(this.element, ...this.rows.map((row) => row.element));
    const row = this.rows.find((row) => row.node === selected);
    if (row) this.mark(row);
    else this.rows[0]?.element.setAttribute("tabindex", "0");
  }

  private add(node: Node, level: number, parent: Row | null): void {
    const isOpen = this.open.has(node);
    const row: Row = { node, level, parent, element: this.row(node, level, isOpen) };
    this.rows.push(row);
    if (!isOpen || !node.children) return;
    const shown = this.all.has(node) ? node.children : node.children.slice(0, SHOWN);
    for (const child of shown) this.add(child, level + 1, row);
    if (shown.length < node.children.length) {
      const note = `show ${node.children.length - shown.length} more`;
      const rest: Node = { ...node, name: "…", type: "", value: null, note, children: null };
      this.rows.push({ node: rest, level: level + 1, parent: row, element: this.row(rest, level + 1, false), more: node });
    }
  }

  private row(node: Node, level: number, isOpen: boolean): HTMLElement {
    const hasChildren = (node.children?.length ?? 0) > 0;
    const note = node.note ?? dateOf(node);
    const row = h("div", {
      class: "row",
      role: "treeitem",
      tabindex: "-1",
      "aria-level": level,
      "aria-expanded": hasChildren ? String(isOpen) : null,
      "aria-selected": "false",
    },
      h("span", { class: "twist", "aria-hidden": "true" }, hasChildren ? (isOpen ? "▾" : "▸") : ""),
      h("span", { class: "name" }, node.name),
      node.hidden
        ? h("span", { class: "value hidden" }, node.value ?? "hidden")
        : node.value !== null && h("span", { class: `value ${valueClass(node)}` }, node.value),
      note !== null && h("span", { class: "note" }, note),
      h("span", { class: "type" }, node.type));
    row.style.setProperty("--level", String(level));
    return row;
  }

  private mark(row: Row): void {
    for (const other of this.rows) {
      other.element.setAttribute("tabindex", other === row ? "0" : "-1");
      other.element.setAttribute("aria-selected", String(other === row));
    }
  }

  private choose(row: Row | undefined): void {
    if (!row) return;
    if (row.more) {
      this.all.add(row.more);
      this.build(row.node);
      return;
    }
    this.mark(row);
    row.element.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: "nearest" });
    this.pick(row.node.path);
  }

  private flip(row: Row): void {
    if (!this.open.delete(row.node)) this.open.add(row.node);
    this.build(row.node);
    this.rows.find((it) => it.node === row.node)?.element.focus();
  }

  private clicked(event: Event): void {
    const target = event.target as HTMLElement;
    const row = this.rows.find((row) => row.element === target.closest(".row"));
    if (!row) return;
    const flips = target.classList.contains("twist") || row.element.getAttribute("aria-selected") === "true";
    if (row.node.children && flips) this.flip(row);
    else this.choose(row);
  }

  private pressed(event: KeyboardEvent): void {
    const at = this.rows.findIndex((row) => row.element === document.activeElement);
    const row = this.rows[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = this.open.has(row.node);
    const hasChildren = (row.node.children?.length ?? 0) > 0;
    switch (event.key) {
      case "ArrowDown":
        this.choose(this.rows[at + 1]);
        break;
      case "ArrowUp":
        this.choose(this.rows[at - 1]);
        break;
      case "Home":
        this.choose(this.rows[0]);
        break;
      case "End":
        this.choose(this.rows.at(-1));
        break;
      case "ArrowRight":
        if (hasChildren && isOpen) this.choose(this.rows[at + 1]);
        else if (hasChildren) this.flip(row);
        break;
      case "ArrowLeft":
        if (hasChildren && isOpen) this.flip(row);
        else if (row.parent) this.choose(row.parent);
        break;
      case "Enter":
      case " ":
        if (hasChildren) this.flip(row);
        else this.choose(row);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The date of a number of milliseconds since the epoch. */
function dateOf(node: Node): string | null {
  if (node.hidden || node.value === null || !/_ms$/.test(node.name) || !/^[0-9]{12,14}$/.test(node.value)) return null;
  return date(Number(node.value));
}

function valueClass(node: Node): string {
  if (node.value === null) return "";
  return /^(integer|number|decimal|true)/.test(node.type) ? "plain" : "text";
}
