import type { CheckedBatch } from "@throughline/core";

/** Beyond this many the oldest are forgotten. Only a server that is away for long leaves so many. */
const MOST = 10_000;

/** The operations of this process that were sent and had no answer, until one of their attempts has. */
export class Uncertain {
  readonly #names = new Set<string>();

  add(batch: CheckedBatch): void {
    const name = nameOf(batch);
    if (name === undefined) return;
    this.#names.add(name);
    const [oldest] = this.#names;
    if (this.#names.size > MOST && oldest !== undefined) this.#names.delete(oldest);
  }

  has(batch: CheckedBatch): boolean {
    const name = this.#names.size === 0 ? undefined : nameOf(batch);
    return name !== undefined && this.#names.has(name);
  }

  remove(batch: CheckedBatch): void {
    const name = this.#names.size === 0 ? undefined : nameOf(batch);
    if (name !== undefined) this.#names.delete(name);
  }
}

function nameOf({ tenant, operation }: CheckedBatch): string | undefined {
  return operation === undefined ? undefined : `${tenant}\0${operation.id}`;
}
