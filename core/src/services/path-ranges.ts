/** Positions from one to another, both included. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/** Where a message follows another position than the one before it. */
export interface Branch {
  readonly seq: number;
  readonly parentSeq: number;
}

/**
 * The positions of the path that ends at `head`, as ranges in ascending order: from the few places where branches begin,
 * without walking from message to message. `branches` is sorted by `seq`.
 */
export function pathRanges(head: number, branches: readonly Branch[]): readonly PositionRange[] {
  const ranges: PositionRange[] = [];
  let to = head;
  for (let index = branches.length - 1; index >= 0 && to > 0; index -= 1) {
    const branch = branches[index] as Branch;
    if (branch.seq > to) continue;
    ranges.push({ from: branch.seq, to });
    to = branch.parentSeq;
  }
  if (to > 0) ranges.push({ from: 1, to });
  return ranges.toReversed();
}
