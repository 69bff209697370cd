//! The page: what is shown where, the connection to the program, and the keys.

import * as api from "./api.js";
import { drawCounts, drawLatency } from "./chart.js";
import { Composer } from "./composer.js";
import { detailView, requestView } from "./detail.js";
import { announce, byId, button, h, kbd, replace } from "./dom.js";
import { List } from "./list.js";
import { registrationView } from "./registration.js";
import { Store } from "./store.js";
import type { Tabs } from "./tabs.js";
import type { State, Summary, Update } from "./types.js";

type View = "start" | "message" | "composer" | "registration";

const KEYS: [string, string][] = [
  ["j or ↓", "next (older) message"],
  ["k or ↑", "previous (newer) message"],
  ["g", "newest message"],
  ["/", "filter"],
  ["1 to 6", "tab of the message"],
  ["c", "composer"],
  ["Ctrl+Enter", "send what the composer has"],
  ["r", "send the open message again"],
  ["e", "edit the open message"],
  ["m", "registration of the module"],
  ["p", "pause or continue the list"],
  ["i", "show or hide personal values"],
  ["t", "theme: as the system, light, dark"],
  ["Escape", "leave a field; close"],
  ["?", "these keys"],
];

const pane = byId("pane");
const layout = byId("layout");
const dialog = byId<HTMLDialogElement>("keys");
const filter = byId<HTMLInputElement>("filter");
const notice = byId("notice");

class Page {
  private view: View = "start";
  private open: number | null = null;
  private tabs: Tabs | null = null;
  private composer: Composer;
  private revealed: boolean;
  private drawn = false;
  private readonly list: List;

  constructor(
    private readonly state: State,
    private readonly store: Store,
  ) {
    this.revealed = state.revealed;
    this.list = new List(byId("list"), byId("status"), store, (seq) => void this.show(seq));
    this.composer = this.newComposer();
    byId("module").textContent = `${state.module} ${state.module_version}`;
    document.title = `${state.module}: hydrant console`;
    byId("sink").textContent = state.sink === "" ? "" : `records to ${state.sink}`;
    byId("compose").addEventListener("click", () => this.compose());
    byId("registration").addEventListener("click", () => this.registration());
    byId("reveal").addEventListener("click", () => void this.reveal());
    byId("pause").addEventListener("click", () => this.pause());
    byId("help").addEventListener("click", () => this.help());
    byId("theme").addEventListener("change", (event) => setTheme((event.target as HTMLSelectElement).value));
    filter.addEventListener("input", () => {
      store.filter = filter.value;
      this.draw();
    });
    document.addEventListener("keydown", (event) => this.pressed(event));
    replace(byId("key-list"), ...KEYS.map(([key, what]) => h("div", {}, h("dt", {}, kbd(key), h("span", { class: "sr" }, key)), h("dd", {}, what))));
    this.drawReveal();
    this.draw();
    this.enter(location.hash.slice(1));
  }

  update(update: Update): void {
    this.store.add(update);
    if (update.revealed !== this.revealed) this.changeRevealed(update.revealed);
    // At most one drawing per frame, however many messages arrive.
    if (this.drawn) return;
    this.drawn = true;
    requestAnimationFrame(() => {
      this.drawn = false;
      this.draw();
    });
  }

  private draw(): void {
    this.list.draw();
    drawCounts(byId("counts"), this.store, () => this.draw());
    drawLatency(byId("chart"), this.store.messages, (seq) => void this.show(seq));
  }

  /** Before a message is opened: what this is and what to do first. */
  private start(): void {
    this.change("start", h("article", { class: "start" },
      h("h2", { tabindex: "-1" }, `${this.state.module} is running`),
      h("p", {}, "Every message that the program receives appears in the list. Open one to see how it was read, what is wrong with it, and what the module did."),
      h("p", {}, "To try the module now, send it a sample:"),
      h("p", {}, button("Compose a message", () => this.compose(), { class: "primary" }, "c")),
      h("p", { class: "quiet-text" }, "Values of identities are hidden until you switch them on; values of settings are never shown. Press ? for the keys.")));
  }

  private change(view: View, element: HTMLElement): void {
    this.view = view;
    layout.dataset.view = view;
    byId("compose").setAttribute("aria-pressed", String(view === "composer"));
    byId("registration").setAttribute("aria-pressed", String(view === "registration"));
    if (view !== "message") {
      this.open = null;
      this.tabs = null;
      this.list.select(null);
    }
    replace(pane, element);
    pane.scrollTop = layout.scrollTop = 0;
    // A reload opens the same again.
    history.replaceState(null, "", view === "message" ? `#${this.open}` : view === "start" ? "#" : `#${view}`);
  }

  /** Opens what the address names, or the introduction. */
  private enter(place: string): void {
    if (place === "composer") this.compose();
    else if (place === "registration") this.registration();
    else if (this.store.get(Number(place))) void this.show(Number(place));
    else this.start();
  }

  private async show(seq: number, focus = false): Promise<void> {
    this.open = seq;
    this.list.select(seq);
    try {
      const detail = await api.detail(seq);
      if (this.open !== seq) return;
      if (detail.summary.request) {
        this.tabs = null;
        this.change("message", requestView(detail.summary, detail.summary.request, () => this.back()));
        if (focus) byId("detail-title").focus();
        return;
      }
      const view = detailView(detail, {
        messages: (): Summary[] => this.store.messages,
        resend: (seq) => void this.resend(seq),
        edit: (seq, inner) => void this.edit(seq, inner),
        open: (seq) => void this.show(seq),
        back: () => this.back(),
      });
      this.tabs = view.tabs;
      this.change("message", view.element);
      view.settle();
      this.list.select(seq);
      if (focus) byId("detail-title").focus();
    } catch (error) {
      this.complain(error);
    }
  }

  private back(): void {
    this.start();
    layout.dataset.view = "list";
  }

  private newComposer(): Composer {
    return new Composer(this.state, (seq) => void this.sent(seq), (error) => this.complain(error), () => this.back());
  }

  private compose(): void {
    this.change("composer", this.composer.element);
    this.composer.focus();
  }

  private registration(): void {
    const view = registrationView(this.state, () => this.back());
    this.change("registration", view.element);
    view.settle();
    byId("registration-title").focus();
  }

  private async sent(seq: number): Promise<void> {
    announce(`Sent as message ${seq}.`);
    await this.show(seq, true);
  }

  private async resend(seq: number): Promise<void> {
    try {
      await this.sent((await api.resend(seq)).seq);
    } catch (error) {
      this.complain(error);
    }
  }

  private async edit(seq: number, inner = false): Promise<void> {
    try {
      await this.composer.openFormer(seq, inner);
      this.compose();
    } catch (error) {
      this.complain(error);
    }
  }

  private pause(): void {
    this.store.paused = !this.store.paused;
    if (!this.store.paused) this.store.release();
    byId("pause").setAttribute("aria-pressed", String(this.store.paused));
    announce(this.store.paused ? "The list is paused." : "The list continues.");
    this.draw();
  }

  private async reveal(): Promise<void> {
    try {
      await api.reveal(!this.revealed);
      this.changeRevealed(!this.revealed);
    } catch (error) {
      this.complain(error);
    }
  }

  private changeRevealed(on: boolean): void {
    if (this.revealed === on) return;
    this.revealed = on;
    this.drawReveal();
    announce(on ? "Personal values are shown." : "Personal values are hidden.");
    if (this.view === "message" && this.open !== null) void this.show(this.open);
  }

  private drawReveal(): void {
    byId("reveal").setAttribute("aria-checked", String(this.revealed));
  }

  private help(): void {
    if (!dialog.open) dialog.showModal();
  }

  complain(error: unknown): void {
    if (error instanceof api.Stale) {
      stale();
      return;
    }
    say(error instanceof Error ? error.message : String(error));
  }

  private pressed(event: KeyboardEvent): void {
    if (dialog.open || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    const writes = target.matches("input, textarea, select");
    if (event.key === "Escape") {
      if (writes) target.blur();
      else notice.hidden = true;
      return;
    }
    if (writes) return;
    // Arrows scroll where something scrolls, and move between messages elsewhere.
    const scrolls = target.closest(".code, .tree, .scroll, .panel") !== null;
    const seq = this.open;
    const actions: Record<string, () => void> = {
      j: () => this.list.move(1),
      k: () => this.list.move(-1),
      g: () => this.newest(),
      "/": () => filter.focus(),
      c: () => this.compose(),
      m: () => this.registration(),
      p: () => this.pause(),
      i: () => void this.reveal(),
      t: () => nextTheme(),
      "?": () => this.help(),
    };
    if (!scrolls) {
      actions.ArrowDown = () => this.list.move(1);
      actions.ArrowUp = () => this.list.move(-1);
    }
    // Of a refused request there is nothing to send.
    if (seq !== null && this.tabs) {
      actions.r = () => void this.resend(seq);
      actions.e = () => void this.edit(seq);
      for (let number = 1; number <= 6; number++) actions[String(number)] = () => this.tabs?.showNumber(number);
    }
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  private newest(): void {
    const first = this.store.shown()[0];
    if (first) void this.show(first.seq);
  }
}

function say(text: string): void {
  notice.hidden = false;
  replace(notice, h("p", {}, text), button("Close", () => (notice.hidden = true), { class: "quiet" }));
}

function stale(): void {
  notice.hidden = false;
  replace(notice, h("p", {}, "The program was started again. Load the page again to see it."), button("Reload", () => location.reload(), { class: "primary" }));
}

function setTheme(theme: string): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId<HTMLSelectElement>("theme").value = theme;
  localStorage.setItem("hydrant-theme", theme);
}

function nextTheme(): void {
  const themes = ["system", "light", "dark"];
  const theme = themes[(themes.indexOf(byId<HTMLSelectElement>("theme").value) + 1) % themes.length] ?? "system";
  setTheme(theme);
  announce(`Theme: ${theme}`);
}

/** Follows the stream for ever, and connects again when it ends. */
async function follow(page: Page, store: Store): Promise<void> {
  let wait = 500;
  for (;;) {
    let isConnected = false;
    try {
      await api.stream(store.newest, (update) => page.update(update), () => {
        wait = 500;
        isConnected = true;
        byId("connection").dataset.state = "live";
        byId("connection").textContent = "live";
      });
      // The program ends each answer after a minute.
      if (isConnected) continue;
    } catch (error) {
      if (error instanceof api.Stale) {
        stale();
        return;
      }
    }
    byId("connection").dataset.state = "lost";
    byId("connection").textContent = "not connected";
    await new Promise((resolve) => window.setTimeout(resolve, wait));
    wait = Math.min(10_000, wait * 2);
  }
}

async function main(): Promise<void> {
  setTheme(localStorage.getItem("hydrant-theme") ?? "system");
  const state = await api.state();
  const store = new Store();
  store.add(await api.messages(0));
  const page = new Page(state, store);
  await follow(page, store);
}

main().catch((error: unknown) => {
  if (error instanceof api.Stale) stale();
  else say(error instanceof Error ? error.message : String(error));
});
