//! A JSON scanner that survives broken text: tokens with positions and paths, for colours, marks,
//! formatting and edits. The program decides what is valid; this only finds things.

export type TokenKind = "open" | "close" | "comma" | "colon" | "key" | "string" | "number" | "word" | "junk";

export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
  /** For `open`: the index of the token that closes it, if there is one. */
  closes?: number;
  /** For values and keys: the path of the value, as the program writes paths. */
  path?: string;
}

interface Level {
  path: string;
  /** The next position of a list, or -1 for an object. */
  index: number;
  key: string | null;
  opened: number;
}

const WORD = /[A-Za-z0-9_$+\-.•]/;

/** The tokens of a text that should be JSON. */
export function scan(text: string): Token[] {
  const tokens: Token[] = [];
  const levels: Level[] = [];
  let at = 0;
  const pathHere = (): string => {
    const top = levels.at(-1);
    if (!top) return "";
    if (top.index >= 0) return `${top.path}[${top.index}]`;
    return top.key === null ? top.path : join(top.path, top.key);
  };
  while (at < text.length) {
    const start = at;
    const char = text[at] ?? "";
    if (/\s/.test(char) || char === "\ufeff") {
      at++;
      continue;
    }
    const top = levels.at(-1);
    if (char === "{" || char === "[") {
      const path = pathHere();
      tokens.push({ kind: "open", start, end: ++at, path });
      levels.push({ path, index: char === "[" ? 0 : -1, key: null, opened: tokens.length - 1 });
    } else if (char === "}" || char === "]") {
      const opened = tokens[levels.pop()?.opened ?? -1];
      if (opened) opened.closes = tokens.length;
      tokens.push({ kind: "close", start, end: ++at });
    } else if (char === ",") {
      tokens.push({ kind: "comma", start, end: ++at });
      if (top) {
        if (top.index >= 0) top.index++;
        top.key = null;
      }
    } else if (char === ":") {
      tokens.push({ kind: "colon", start, end: ++at });
    } else if (char === '"') {
      at = stringEnd(text, at);
      const isKey = top !== undefined && top.index < 0 && top.key === null;
      if (isKey) top.key = unquote(text.slice(start, at));
      tokens.push({ kind: isKey ? "key" : "string", start, end: at, path: pathHere() });
    } else if (WORD.test(char)) {
      while (at < text.length && WORD.test(text[at] ?? "")) at++;
      const word = text.slice(start, at);
      const kind = /^(true|false|null)$/.test(word) ? "word" : /^(-?[0-9]|•)/.test(word) ? "number" : "junk";
      tokens.push({ kind, start, end: at, path: pathHere() });
    } else {
      tokens.push({ kind: "junk", start, end: ++at });
    }
  }
  return tokens;
}

/** The end of a string, which is at the latest the end of its line. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === '"') return at + 1;
    else if (char === "\n") return at;
  }
  return text.length;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.replace(/^"|"$/g, "");
  }
}

/** Appends a key to a path in the notation of the program's errors. */
export function join(path: string, key: string): string {
  const chars = Array.from(key);
  const shown = chars.slice(0, 100).join("") + (chars.length > 100 ? "…" : "");
  if (/^[A-Za-z0-9_]+…?$/.test(shown)) return path === "" ? shown : `${path}.${shown}`;
  return `${path}[${JSON.stringify(shown)}]`;
}

/** A member or element: its start, which is that of its key, its end, and the start of its value. */
export interface Range {
  start: number;
  end: number;
  value: number;
}

/** The range of the value at each path. The last of equal ones counts. */
export function ranges(tokens: Token[]): Map<string, Range> {
  const found = new Map<string, Range>();
  let key: Token | null = null;
  for (const token of tokens) {
    if (token.path === undefined) continue;
    if (token.kind === "key") {
      key = token;
      continue;
    }
    const end = token.closes === undefined ? token.end : (tokens[token.closes]?.end ?? token.end);
    const start = key?.path === token.path ? key.start : token.start;
    found.set(token.path, { start, end, value: token.start });
    key = null;
  }
  return found;
}

export interface Formatted {
  text: string;
  /** The position in the formatted text of a position in the original. */
  position(original: number): number;
}

/** One member or element per line. Tokens keep their text, so that nothing is rounded or repaired. */
export function format(text: string): Formatted {
  const tokens = scan(text);
  const starts: number[] = [];
  let out = "";
  let depth = 0;
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    const raw = text.slice(token.start, token.end);
    // An empty object or list stays on its line, and is not a level.
    if (token.kind === "close") {
      if (before?.kind !== "open") out += line((depth = Math.max(0, depth - 1)));
    } else if (before?.kind === "open") {
      out += line(++depth);
    } else if (before?.kind === "comma") {
      out += depth > 0 ? line(depth) : " ";
    } else if (before !== undefined && token.kind !== "comma" && token.kind !== "colon") {
      out += " ";
    }
    starts.push(out.length);
    out += raw;
  });
  const position = (original: number): number => {
    let low = 0;
    let high = tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tokens[middle]?.start ?? 0) <= original) low = middle + 1;
      else high = middle;
    }
    const token = tokens[low - 1];
    const start = starts[low - 1];
    if (token === undefined || start === undefined) return 0;
    if (original < token.end) return start + original - token.start;
    // Between two tokens: the beginning of the next, or the end.
    return starts[low] ?? out.length;
  };
  return { text: out, position };
}

function line(depth: number): string {
  return `\n${"  ".repeat(depth)}`;
}

/** The text with the member `key` of the object at `path` set to the JSON text `value`. */
export function setMember(text: string, path: string, key: string, value: string): string | null {
  const tokens = scan(text);
  const found = ranges(tokens);
  const existing = found.get(join(path, key));
  if (existing) return text.slice(0, existing.value) + value + text.slice(existing.end);
  const object = tokens.find((token) => token.kind === "open" && token.path === path);
  if (!object || text[object.start] !== "{") return null;
  const isEmpty = object.closes !== undefined && tokens[object.closes - 1] === object;
  const member = `${JSON.stringify(key)}: ${value}${isEmpty ? "" : ","}`;
  return text.slice(0, object.end) + member + text.slice(object.end);
}
