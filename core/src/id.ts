import { v7 } from "uuid";

/**
 * A new UUIDv7. Ids of one process sort by when they were made, also inside a millisecond and when the clock goes back.
 * The first 48 bits are that time, for anybody to read.
 */
export function newId(): string {
  return v7();
}
