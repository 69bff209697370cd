//! The JSON that the program and this page exchange. `crates/server/src/console` writes it.

/** What happened to a message: the word that the list shows. */
export type Outcome = "answered" | "retry" | "rejected" | "refused";

export interface Finding {
  level: "error" | "warning";
  rule: string;
  /** The JSON path from the top of the message; empty at the top. */
  path: string;
  message: string;
}

/** What the protocol declares for the value at the path of an error or a finding. */
export interface Declared {
  path: string;
  type: string;
  presence: string;
  /** The texts of an enumeration, or the types of a family. */
  values: string[];
  /** The fields of an object. */
  fields: { name: string; type: string; presence: string }[];
}

export interface ParseError {
  kind: string;
  message: string;
  path: string;
  /** Whether the text ends before the message is complete. */
  cut_off: boolean;
  line: number | null;
  column: number | null;
  /** Bytes of the message as it was received. */
  byte: number | null;
  /** UTF-16 units of the text that is shown. */
  index: number | null;
  declared: Declared | null;
}

/** A value of the typed view. */
export interface Node {
  /** The name of the field, or the position in a list. */
  name: string;
  path: string;
  type: string;
  value: string | null;
  /** Something about the value, for example that it is not known. */
  note: string | null;
  hidden: boolean;
  children: Node[] | null;
}

/** A JSON text with everything that is known about it. */
export interface Doc {
  text: string;
  bytes: number;
  /** Bytes after the text that are not shown. */
  cut: number;
  /** The number of values that are hidden, in all and those that never are shown. */
  hidden: number;
  secret: number;
  tree: Node | null;
  error: ParseError | null;
  findings: Finding[];
}

export interface Summary {
  seq: number;
  /** When it was received, in milliseconds since the epoch. */
  at: number;
  via: "network" | "console";
  /** The message that was sent again or edited. */
  base: number | null;
  type: string | null;
  id: string | null;
  account: number | null;
  events: number;
  /** The most frequent first. */
  event_types: [string, number][];
  outcome: Outcome;
  status: number;
  micros: number;
  bytes: number;
  records: number;
  warnings: number;
  /** The error or the first failure. */
  reason: string | null;
  /** Events of unknown types that no handler has processed, and what is wrong with the first. */
  unhandled: number;
  note: string | null;
  /** More that the filter searches: names of events and texts of findings. */
  words: string;
  /** The request, if it was refused before it was processed. Then there is nothing else to open. */
  request: RefusedRequest | null;
}

export interface RefusedRequest {
  method: string;
  path: string;
  /** The reason for machines. */
  kind: string;
  /** The length of the body that it declared. */
  bytes: number | null;
}

export interface Part {
  index: number | null;
  type: string;
  id: string | null;
  at: number | null;
  outcome: string;
  /** Whether it is done although nothing happened to it, because its type is not known. */
  unhandled: boolean;
  reason: string | null;
  records: number;
}

export interface SentRecord {
  event: number | null;
  key: string | null;
  bytes: number;
  text: string | null;
  cut: number;
}

export interface Detail {
  summary: Summary;
  /** The length of a message that is too long to be kept. */
  too_long: number | null;
  message: Doc;
  parts: Part[];
  suspended: boolean;
  response: { status: number; headers: [string, string][]; body: Doc | null };
  records: SentRecord[];
  records_left_out: number;
  outgoing: { note: string | null; warnings: string[]; batches: Doc[] };
}

export interface Setting {
  /** Where it is registered: `events`, `event connection`, `audiences`, `audience subscription`, `erasures`. */
  group: string;
  id: string;
  name: string;
  description: string | null;
  type: "text" | "integer" | "float" | "boolean";
  required: boolean;
  confidential: boolean;
  visible: boolean;
  has_default: boolean;
  min: string | null;
  max: string | null;
}

export interface Sample {
  group: string;
  name: string;
  body: string;
}

export interface State {
  module: string;
  module_version: string;
  version: string;
  sink: string;
  revealed: boolean;
  registration: Doc;
  settings: Setting[];
  samples: Sample[];
  max_messages: number;
}

export interface Totals {
  messages: number;
  events: number;
  answered: number;
  retry: number;
  rejected: number;
  refused: number;
}

export interface Update {
  messages: Summary[];
  totals: Totals;
  /** The oldest message, and the oldest refused request, that can still be opened. */
  oldest: number;
  oldest_refused: number;
  revealed: boolean;
}
