//! The form of the settings that the module registered. Values are texts on the wire, whatever
//! their type is.

import { h } from "./dom.js";
import type { Setting } from "./types.js";

/** A setting, which may be registered for several purposes. */
export interface Registered {
  setting: Setting;
  groups: string[];
}

/** The group whose values are not in `account_settings`. */
const SUBSCRIPTION = "audience subscription";

/** Settings with one identifier and one description, once. */
export function merged(settings: Setting[]): Registered[] {
  const found = new Map<string, Registered>();
  for (const setting of settings) {
    const key = JSON.stringify({ ...setting, group: setting.group === SUBSCRIPTION });
    const same = found.get(key);
    if (same) same.groups.push(setting.group);
    else found.set(key, { setting, groups: [setting.group] });
  }
  return [...found.values()];
}

export class SettingsForm {
  readonly element: HTMLFormElement;
  private readonly fields: { setting: Setting; field: HTMLInputElement | HTMLSelectElement; says: HTMLElement }[] = [];

  constructor(settings: Setting[], apply: (path: string, key: string, values: Record<string, string>) => void) {
    this.element = h("form", { class: "settings", novalidate: true, "aria-label": "Settings" });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.check()) this.apply(apply);
    });
    const groups = new Map<string, HTMLElement[]>();
    merged(settings).forEach((registered, index) => {
      const name = registered.groups.join(", ");
      groups.set(name, [...(groups.get(name) ?? []), this.row(registered.setting, index)]);
    });
    for (const [name, rows] of groups) this.element.append(h("fieldset", {}, h("legend", {}, `For ${name}`), ...rows));
    this.element.append(
      h("button", { type: "submit" }, "Put settings into the message"),
      h("p", { class: "quiet-text" }, "Values stay in this page until they are sent."));
  }

  private row(setting: Setting, index: number): HTMLElement {
    const name = `setting-${index}`;
    const says = h("p", { class: "says", id: `${name}-says`, role: "alert" });
    const about = [setting.description, limits(setting), setting.has_default && "has a default", !setting.visible && "not shown to customers"];
    const attributes = {
      id: name,
      "aria-describedby": `${name}-about ${name}-says`,
      "aria-required": String(setting.required),
      autocomplete: "off",
    };
    const field = setting.type === "boolean"
      ? h("select", attributes, h("option", { value: "" }, "not set"), h("option", { value: "true" }, "true"), h("option", { value: "false" }, "false"))
      : h("input", {
          ...attributes,
          type: setting.confidential ? "password" : "text",
          inputmode: setting.type === "integer" ? "numeric" : setting.type === "float" ? "decimal" : "text",
          spellcheck: "false",
        });
    this.fields.push({ setting, field, says });
    return h("div", { class: "setting" },
      h("label", { for: name }, setting.name || setting.id, setting.required && h("em", {}, " required")),
      field,
      h("p", { class: "about", id: `${name}-about` }, h("code", {}, setting.id), ` ${about.filter(Boolean).join("; ")}`),
      says);
  }

  /** Whether all values have their type; otherwise says what is wrong with each, and goes there. */
  private check(): boolean {
    const wrong = this.fields.filter(({ setting, field, says }) => {
      const fault = faultOf(setting, field.value);
      says.textContent = fault ?? "";
      field.setAttribute("aria-invalid", String(fault !== null));
      return fault !== null;
    });
    wrong[0]?.field.focus();
    return wrong.length === 0;
  }

  private apply(apply: (path: string, key: string, values: Record<string, string>) => void): void {
    const values = (isSubscription: boolean): Record<string, string> => {
      const set = this.fields.filter(({ setting, field }) => (setting.group === SUBSCRIPTION) === isSubscription && field.value !== "");
      return Object.fromEntries(set.map(({ setting, field }) => [setting.id, field.value]));
    };
    apply("account", "account_settings", values(false));
    const subscription = values(true);
    if (Object.keys(subscription).length > 0) apply("audiences", "audience_subscription_settings", subscription);
  }
}

function limits(setting: Setting): string {
  const range = [setting.min !== null && `at least ${setting.min}`, setting.max !== null && `at most ${setting.max}`].filter(Boolean);
  return [setting.type, ...range].join(", ");
}

/** What is wrong with a value; `null` if nothing is. */
function faultOf(setting: Setting, value: string): string | null {
  if (value === "") return setting.required && !setting.has_default ? "Fill in this setting: the module requires it." : null;
  if (setting.type === "integer" && !/^[+-]?[0-9]+$/.test(value)) return "Write a whole number, such as 42.";
  if (setting.type === "float" && !Number.isFinite(Number(value))) return "Write a number, such as 0.5.";
  if (setting.type === "integer" || setting.type === "float") {
    if (setting.min !== null && Number(value) < Number(setting.min)) return `Write a number of at least ${setting.min}.`;
    if (setting.max !== null && Number(value) > Number(setting.max)) return `Write a number of at most ${setting.max}.`;
  }
  return null;
}
