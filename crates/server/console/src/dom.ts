//! Elements from code. Text of messages gets into the page only here, as text nodes: nothing in
//! this program parses HTML, and the content security policy forbids it.

type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | EventListener>;

function fill(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  append(element, children);
}

function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** An element; functions among the attributes are listeners of the event with that name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children);
  return element;
}

export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** The element with this id in index.html. */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found as T;
}

export function button(label: string, act: () => void, attributes: Attributes = {}, key?: string): HTMLButtonElement {
  const once = (event: Event): void => {
    // The second click of a double click would act twice, or on what the first one has opened.
    if ((event as MouseEvent).detail < 2) act();
  };
  return h("button", { type: "button", click: once, "aria-keyshortcuts": key, ...attributes }, label, key && kbd(key));
}

/** A key in a label; assistive technology has `aria-keyshortcuts`. */
export function kbd(key: string): HTMLElement {
  return h("kbd", { "aria-hidden": "true" }, key);
}

let said: number | undefined;

/** Tells assistive technology what happened. */
export function announce(text: string): void {
  const live = byId("live");
  live.textContent = "";
  window.clearTimeout(said);
  // A change in the same task would not be noticed.
  said = window.setTimeout(() => (live.textContent = text), 50);
}
