//! The difference of two texts by lines: the shortest edit script (Myers, "An O(ND) Difference
//! Algorithm", 1986), with a limit beyond which the rest counts as different.

export interface Change {
  kind: "same" | "removed" | "added";
  text: string;
}

const MOST_EDITS = 600;

export function diff(one: string[], other: string[]): Change[] {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  let ends = 0;
  while (ends < one.length - start && ends < other.length - start && one.at(-1 - ends) === other.at(-1 - ends)) ends++;
  const same = (text: string): Change => ({ kind: "same", text });
  return [
    ...one.slice(0, start).map(same),
    ...middle(one.slice(start, one.length - ends), other.slice(start, other.length - ends)),
    ...one.slice(one.length - ends).map(same),
  ];
}

function middle(one: string[], other: string[]): Change[] {
  const most = Math.min(one.length + other.length, MOST_EDITS);
  // The furthest x on each diagonal k = x - y, for every number of edits.
  const rounds: Map<number, number>[] = [];
  const furthest = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= most; edits++) {
    rounds.push(new Map(furthest));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? 0) < (furthest.get(k + 1) ?? 0));
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < one.length && x - k < other.length && one[x] === other[x - k]) x++;
      furthest.set(k, x);
      if (x >= one.length && x - k >= other.length) return trace(one, other, rounds, edits);
    }
  }
  return [
    ...one.map((text): Change => ({ kind: "removed", text })),
    ...other.map((text): Change => ({ kind: "added", text })),
  ];
}

function trace(one: string[], other: string[], rounds: Map<number, number>[], edits: number): Change[] {
  const changes: Change[] = [];
  let [x, y] = [one.length, other.length];
  for (let round = edits; round > 0; round--) {
    const furthest = rounds[round] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -round || (k !== round && (furthest.get(k - 1) ?? 0) < (furthest.get(k + 1) ?? 0));
    const fromK = down ? k + 1 : k - 1;
    const fromX = furthest.get(fromK) ?? 0;
    const fromY = fromX - fromK;
    while (x > fromX && y > fromY) {
      changes.push({ kind: "same", text: one[--x] ?? "" });
      y--;
    }
    if (down) changes.push({ kind: "added", text: other[--y] ?? "" });
    else changes.push({ kind: "removed", text: one[--x] ?? "" });
  }
  while (x > 0) changes.push({ kind: "same", text: one[--x] ?? "" });
  return changes.reverse();
}
