/** Residual filters: conditions that no index holds, checked on each record that a query scans. */
import type { FieldValue, StoredRecord } from "../model/kind.ts";
import { compareValues } from "../model/kind.ts";

export type Filter =
  | {
      readonly field: string;
      readonly test: "equals" | "differs";
      readonly value: string | number | boolean;
    }
  | OrderFilter
  /** Text that holds other text, compared without case. */
  | { readonly field: string; readonly test: "contains"; readonly value: string }
  /** A JSON list that holds a string. */
  | { readonly field: string; readonly test: "has"; readonly value: string }
  /** A JSON object with this scalar at a path of its keys. */
  | {
      readonly field: string;
      readonly test: "path";
      readonly path: readonly string[];
      readonly value: string | number | boolean | null;
    };

interface OrderFilter {
  readonly field: string;
  readonly test: "above" | "from" | "to" | "below";
  readonly value: string | number;
}

/** Whether a record passes every filter. */
export function passesFilters(record: StoredRecord, filters: readonly Filter[] | undefined): boolean {
  return filters === undefined || filters.every((filter) => passes(record[filter.field], filter));
}

function passes(value: FieldValue | undefined, filter: Filter): boolean {
  switch (filter.test) {
    case "equals":
      return value === filter.value;
    case "differs":
      return value !== filter.value;
    case "contains":
      return typeof value === "string" && value.toLowerCase().includes(filter.value.toLowerCase());
    case "has": {
      const list = parsed(value);
      return Array.isArray(list) && list.includes(filter.value);
    }
    case "path":
      return valueAt(parsed(value), filter.path) === filter.value;
    default:
      return passesOrder(value, filter);
  }
}

function passesOrder(value: FieldValue | undefined, { test, value: limit }: OrderFilter): boolean {
  if (typeof value !== typeof limit) return false;
  const order = compareValues(value as string | number, limit);
  if (test === "above") return order > 0;
  if (test === "from") return order >= 0;
  return test === "to" ? order <= 0 : order < 0;
}

/** Text that is no JSON holds nothing. */
function parsed(value: FieldValue | undefined): unknown {
  if (typeof value !== "string" || value === "") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let place = value;
  for (const key of path) {
    if (typeof place !== "object" || place === null || !Object.hasOwn(place, key)) return undefined;
    place = (place as Record<string, unknown>)[key];
  }
  return place;
}
