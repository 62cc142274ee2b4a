/** Numbers what the function is to carry out, so that its answers find their batch. */
import type { AppendItem, GroupItem } from "./group-item.ts";

type Numbered<Item> = Item & { readonly number: number };

export interface NumberedItems {
  readonly items: readonly Numbered<Exclude<GroupItem, AppendItem>>[];
  /** Each with its round: within one, sessions and operations are different. */
  readonly appends: readonly (Numbered<AppendItem> & { readonly round: number })[];
  readonly rounds: number;
}

export function numberItems(group: readonly GroupItem[]): NumberedItems {
  const items: Numbered<Exclude<GroupItem, AppendItem>>[] = [];
  const appends: (Numbered<AppendItem> & { readonly round: number })[] = [];
  const roundOf = new Map<string, number>();
  let rounds = 0;
  group.forEach((item, number) => {
    if (item.form !== "append") {
      items.push({ ...item, number });
      return;
    }
    const names = [`session ${item.session}`];
    if (item.operation !== undefined) names.push(`operation ${item.operation}`);
    const round = 1 + Math.max(...names.map((name) => roundOf.get(name) ?? 0));
    for (const name of names) roundOf.set(name, round);
    rounds = Math.max(rounds, round);
    appends.push({ ...item, number, round });
  });
  return { items, appends, rounds };
}
