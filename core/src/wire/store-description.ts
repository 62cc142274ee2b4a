/** What a server says of its store when a client begins. */
import type { Capabilities } from "../contract/store.ts";
import type { Kind } from "../model/kind.ts";

/** The version of the store protocol. It rises where an older client or server would not understand. */
export const STORE_PROTOCOL = 1;

export interface StoreDescription {
  readonly product: "throughline";
  /** Of the store protocol. */
  readonly protocol: number;
  /** Of the server's release. */
  readonly version: string;
  readonly capabilities: Capabilities;
  readonly kinds: readonly Kind[];
}

/** The names of those kinds that another side does not have, or declares otherwise. */
export function differingKinds(own: Iterable<Kind>, others: readonly Kind[]): readonly string[] {
  const declared = new Map(others.map((kind) => [kind.name, declarationOf(kind)]));
  return [...own].filter((kind) => declared.get(kind.name) !== declarationOf(kind)).map(({ name }) => name);
}

/** A declaration as text, in which the order of members does not matter. */
function declarationOf(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}
