/** Changes that wait to be recorded: of each path the last one, and never more than so many paths. */

export interface Change {
  readonly path: string;
  /** When it was seen, in milliseconds since the epoch. */
  readonly at: number;
}

export interface TakenChanges {
  readonly changes: readonly Change[];
  /** Events that came to this. */
  readonly seen: number;
  /** Whether some did not fit, and have to be looked for. */
  readonly hasOverflown: boolean;
  /** When the first of these events came. */
  readonly since: number;
}

export class WaitingChanges {
  readonly #most: number;
  #byPath = new Map<string, Change & { readonly isNew: boolean }>();
  #seen = 0;
  #hasOverflown = false;
  #since = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
  }

  /** Paths that wait. */
  get size(): number {
    return this.#byPath.size;
  }

  /** Another change of a path that waits costs nothing; a path that came and went is forgotten. */
  add(event: "add" | "change" | "unlink", path: string, at: number): void {
    this.#seen += 1;
    this.#since = Math.min(this.#since, at);
    const before = this.#byPath.get(path);
    if (before === undefined && this.#byPath.size >= this.#most) this.#hasOverflown = true;
    else if (event === "unlink" && before?.isNew === true) this.#byPath.delete(path);
    else this.#byPath.set(path, { path, at, isNew: before?.isNew ?? event === "add" });
  }

  /** Takes out all that waits. */
  take(): TakenChanges {
    const changes = [...this.#byPath.values()];
    const taken = { changes, seen: this.#seen, hasOverflown: this.#hasOverflown, since: this.#since };
    this.#byPath = new Map();
    this.#seen = 0;
    this.#hasOverflown = false;
    this.#since = Number.POSITIVE_INFINITY;
    return taken;
  }

  /** Takes what could not be recorded back; what came since is newer. */
  putBack(changes: readonly Change[]): void {
    for (const { path, at } of changes) if (!this.#byPath.has(path)) this.add("change", path, at);
  }
}
