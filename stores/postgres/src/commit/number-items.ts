/** Numbers what the function is to carry out, so that its answers find their batch. */
import type { AppendItem, GroupItem } from "./group-item.ts";

type Numbered<Item> = Item & { readonly number: number };

export interface NumberedItems {
  readonly items: readonly Numbered<Exclude<GroupItem, AppendItem>>[];
  /** By round: within one, sessions and operations are different. */
  readonly rounds: readonly (readonly Numbered<AppendItem>[])[];
}

export function numberItems(group: readonly GroupItem[]): NumberedItems {
  const items: Numbered<Exclude<GroupItem, AppendItem>>[] = [];
  const rounds: Numbered<AppendItem>[][] = [];
  /** The first round that a session or an operation may be in. */
  const nextOf = new Map<string, number>();
  group.forEach((item, number) => {
    if (item.form !== "append") {
      items.push({ ...item, number });
      return;
    }
    const names = [`session ${item.session}`];
    if (item.operation !== undefined) names.push(`operation ${item.operation}`);
    const round = Math.max(...names.map((name) => nextOf.get(name) ?? 0));
    for (const name of names) nextOf.set(name, round + 1);
    (rounds[round] ??= []).push({ ...item, number });
  });
  return { items, rounds };
}
