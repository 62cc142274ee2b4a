import { uuidv7 } from "uuidv7";

/**
 * A new UUIDv7. Ids of one process sort by when they were made, also inside a millisecond, and when the clock goes back
 * (by up to ten seconds).
 * The first 48 bits are that time, for anybody to read.
 */
export function newId(): string {
  return uuidv7();
}
