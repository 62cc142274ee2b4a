import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** The numbers that Linux gives these errors. */
const errors = { EIO: 5, ENOSPC: 28 } as const;
/** As `enum counted` in `record.c`. */
const kinds = { writes: 1, syncs: 2, names: 4, changes: 7, reads: 8 } as const;

/** Which calls fail, and how. */
export interface Fault {
  /** What is done instead of the call. */
  readonly with: keyof typeof errors | "kill";
  /** The first call that fails, from 1. */
  readonly first: number;
  /** The last one. Default: none after the first. */
  readonly last?: number;
  /** Writes and truncations; syncs; new and removed names; all of these together (`changes`, the default); or reads. */
  readonly kind?: keyof typeof kinds;
}

const BYTES = 40;

/** The file by which a process with `record.c` before it is told what fails; it may be that process that tells. */
export class FaultControl {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, "a+");
    closeSync(this.#descriptor);
    this.#descriptor = openSync(path, "r+");
    this.#write({ first: 0, last: 0, error: 0, kind: kinds.changes });
  }

  /** Counting begins anew. */
  set({ with: how, first, last = first, kind = "changes" }: Fault): void {
    this.#write({ first, last, error: how === "kill" ? 0 : errors[how], kind: kinds[kind] });
  }

  /** Nothing fails any more; answers how many calls were counted. */
  end(): number {
    const numbers = Buffer.alloc(BYTES);
    readSync(this.#descriptor, numbers, 0, BYTES, 0);
    const calls = Number(numbers.readBigUInt64LE(0));
    this.#write({ first: 0, last: 0, error: 0, kind: kinds.changes });
    return calls;
  }

  #write({ first, last, error, kind }: Readonly<Record<"first" | "last" | "error" | "kind", number>>): void {
    const numbers = Buffer.alloc(BYTES);
    for (const [index, number] of [0, first, last, error, kind].entries())
      numbers.writeBigUInt64LE(BigInt(number), index * 8);
    writeSync(this.#descriptor, numbers, 0, BYTES, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
