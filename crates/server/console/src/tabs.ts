//! Tabs by the pattern of the ARIA Authoring Practices: one stop for Tab, arrows to change.

import { h, replace } from "./dom.js";

export interface Tab {
  id: string;
  label: string;
  /** A number beside the label. */
  count?: number;
  /** Builds the content when the tab is opened for the first time. */
  build(): HTMLElement;
  /** Called whenever the content is on the page. */
  settle?(): void;
}

export class Tabs {
  readonly element: HTMLElement;
  current: string;
  private readonly panel: HTMLElement;
  private readonly built = new Map<string, HTMLElement>();

  constructor(
    private readonly tabs: Tab[],
    first: string,
    label: string,
    private readonly changed: (id: string) => void,
  ) {
    this.current = tabs.some((tab) => tab.id === first) ? first : (tabs[0]?.id ?? "");
    this.panel = h("div", { class: "panel", role: "tabpanel", id: "panel" });
    const buttons = tabs.map((tab) =>
      h("button", {
        type: "button",
        role: "tab",
        id: `tab-${tab.id}`,
        "aria-controls": "panel",
        click: () => this.show(tab.id),
      }, tab.label, tab.count !== undefined && h("span", { class: "badge" }, tab.count)));
    this.element = h("div", { class: "tabs" },
      h("div", { class: "tablist", role: "tablist", "aria-label": label, keydown: (event) => this.pressed(event as KeyboardEvent) }, ...buttons),
      this.panel);
  }

  /** Opens a tab; call it once when the element is on the page. */
  show(id: string, focus = false): void {
    const tab = this.tabs.find((tab) => tab.id === id);
    if (!tab) return;
    this.current = id;
    this.changed(id);
    for (const button of this.element.querySelectorAll<HTMLElement>('[role="tab"]')) {
      const isCurrent = button.id === `tab-${id}`;
      button.setAttribute("aria-selected", String(isCurrent));
      button.tabIndex = isCurrent ? 0 : -1;
      if (isCurrent && focus) button.focus();
    }
    this.panel.setAttribute("aria-labelledby", `tab-${id}`);
    const content = this.built.get(id) ?? tab.build();
    this.built.set(id, content);
    replace(this.panel, content);
    tab.settle?.();
  }

  showNumber(number: number): void {
    const tab = this.tabs[number - 1];
    if (tab) this.show(tab.id, true);
  }

  private pressed(event: KeyboardEvent): void {
    const at = this.tabs.findIndex((tab) => tab.id === this.current);
    const last = this.tabs.length - 1;
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    const tab = next === undefined ? undefined : this.tabs[next];
    if (!tab) return;
    event.preventDefault();
    event.stopPropagation();
    this.show(tab.id, true);
  }
}
