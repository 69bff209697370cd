//! Numbers and times as the page shows them.

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

export function time(ms: number): string {
  return clock.format(ms);
}

export function date(ms: number): string {
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? `${ms} ms` : at.toISOString().replace("T", " ").replace("Z", " UTC");
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

export function duration(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 1_000_000) return `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 0)} ms`;
  return `${(micros / 1_000_000).toFixed(2)} s`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** `event_processing_request` as `event processing`, as short as a list needs it. */
export function shortType(type: string | null): string {
  return type === null ? "not a message" : type.replace(/_request$/, "").replaceAll("_", " ");
}

/** The share `rank` of sorted values that are at most the result. */
export function percentile(sorted: number[], rank: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * rank) - 1)] ?? 0;
}
