//! The registration of the module, with what the platform will object to.

import { show } from "./document.js";
import { button, h } from "./dom.js";
import { counted } from "./format.js";
import { merged } from "./settings.js";
import type { Setting, State } from "./types.js";

export function registrationView(state: State, back: () => void): { element: HTMLElement; settle(): void } {
  const { registration } = state;
  const shown = show(registration, "the registration");
  const errors = registration.findings.filter((finding) => finding.level === "error").length;
  const warnings = registration.findings.length - errors;
  const verdict =
    errors > 0
      ? `The platform will refuse this registration, or a part of it has no effect: ${counted(errors, "error")}.`
      : warnings > 0
        ? `The registration is valid. ${counted(warnings, "thing")} may be a mistake.`
        : "The registration is valid.";
  const element = h("article", { class: "registration", "aria-labelledby": "registration-title" },
    h("header", {},
      h("div", { class: "title" }, button("Back", back, { class: "back" }), h("h2", { id: "registration-title", tabindex: "-1" }, `Registration of ${state.module} ${state.module_version}`)),
      h("p", { class: "answer" }, verdict, " This is what the module answers to a module_registration_request.")),
    state.settings.length > 0 && settings(state.settings),
    shown.element);
  return { element, settle: () => shown.settle() };
}

function settings(all: Setting[]): HTMLElement {
  const registered = merged(all);
  const range = (setting: Setting): string =>
    [setting.min !== null && `≥ ${setting.min}`, setting.max !== null && `≤ ${setting.max}`].filter(Boolean).join(", ");
  const flags = (setting: Setting): string =>
    [setting.required && "required", setting.confidential && "confidential", setting.has_default && "has a default", !setting.visible && "not shown to customers"].filter(Boolean).join(", ");
  const header = ["for", "id", "name", "type", "limits", "", "description"];
  return h("details", { class: "settings-box" },
    h("summary", {}, counted(registered.length, "setting")),
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Settings" },
      h("table", {},
        h("thead", {}, h("tr", {}, ...header.map((name) => (name === "" ? h("td", {}) : h("th", { scope: "col" }, name))))),
        h("tbody", {}, ...registered.map(({ setting, groups }) =>
          h("tr", {},
            ...[groups.join(", "), setting.id, setting.name, setting.type, range(setting), flags(setting), setting.description ?? ""].map((text) => h("td", {}, text))))))));
}
