/** A random call of the services, and what such calls are made of. */
import type { ListPage } from "@throughline/core";
import * as fc from "fast-check";
import type { ServiceSubject } from "./service-subject.ts";

export interface ServiceCommand {
  readonly run: (subject: ServiceSubject) => Promise<unknown>;
  /** How a failure shows it. */
  readonly [fc.toStringMethod]: () => string;
}

export function command<Given>(
  name: string,
  values: fc.Arbitrary<Given>,
  run: (subject: ServiceSubject, values: Given) => Promise<unknown>,
): fc.Arbitrary<ServiceCommand> {
  return values.map((chosen) => ({
    run: (subject) => run(subject, chosen),
    [fc.toStringMethod]: () => `${name} ${fc.stringify(chosen)}`,
  }));
}

/** 0 stands for what is not there. */
export const pick = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
export const position = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1.5, 99, 2 ** 53) },
);
export const label = fc.constantFrom("a", "b");
export const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

/** Leaves out what is undefined: inputs may lack a field, not have it undefined. */
export function given<Input extends object>(
  input: Input,
): { [Name in keyof Input]: Exclude<Input[Name], undefined> } {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Input]: Exclude<Input[Name], undefined> };
}

/** All pages of a list, as far as one look at it may go. */
export async function walk<Item>(
  read: (cursor: string | undefined) => Promise<ListPage<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < 100);
  return items;
}
