//! The messages that the page knows, newest first, at most as many as the program keeps.

import type { Outcome, Summary, Totals, Update } from "./types.js";

export class Store {
  messages: Summary[] = [];
  totals: Totals = { messages: 0, events: 0, answered: 0, retry: 0, rejected: 0, refused: 0 };
  filter = "";
  outcomes = new Set<Outcome>();
  paused = false;
  private waiting: Summary[] = [];
  private oldest = 0;
  private oldestRefused = 0;

  /** The number of messages that arrived while the list was paused. */
  get held(): number {
    return this.waiting.length;
  }

  get newest(): number {
    return Math.max(this.messages[0]?.seq ?? 0, this.waiting[0]?.seq ?? 0);
  }

  /** Adds what is new, and returns whether the list changed. */
  add(update: Update): boolean {
    this.totals = update.totals;
    this.oldest = update.oldest;
    this.oldestRefused = update.oldest_refused;
    const fresh = update.messages.filter((message) => message.seq > this.newest);
    fresh.sort((one, other) => other.seq - one.seq);
    this.waiting = this.kept([...fresh, ...this.waiting]);
    return !this.paused && this.release();
  }

  /** Moves what arrived during a pause into the list. */
  release(): boolean {
    const before = this.messages;
    this.messages = this.kept([...this.waiting, ...before]);
    const changed = this.waiting.length > 0 || this.messages.length !== before.length;
    this.waiting = [];
    return changed;
  }

  /** Those that the program still has. Requests that were refused push out no messages. */
  private kept(messages: Summary[]): Summary[] {
    return messages.filter(({ seq, request }) => seq >= (request === null ? this.oldest : this.oldestRefused));
  }

  /** The messages that the filter lets through. */
  shown(): Summary[] {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0 && this.outcomes.size === 0) return this.messages;
    return this.messages.filter((message) => {
      if (this.outcomes.size > 0 && !this.outcomes.has(message.outcome)) return false;
      const text = searchable(message);
      return words.every((word) => text.includes(word));
    });
  }

  get(seq: number): Summary | undefined {
    return this.messages.find((message) => message.seq === seq);
  }
}

function searchable(message: Summary): string {
  const parts = [
    `#${message.seq}`,
    message.type,
    message.id,
    message.outcome,
    message.via,
    `status ${message.status}`,
    message.reason,
    message.unhandled > 0 ? "not handled" : null,
    message.request === null ? null : `${message.request.method} ${message.request.path} ${message.request.kind}`,
    message.words,
    message.account === null ? null : `account ${message.account}`,
    ...message.event_types.map(([type]) => type),
  ];
  return parts.filter((part) => part !== null).join(" ").toLowerCase();
}
