/**
 * Slows down whoever tries keys. Nobody guesses 256 random bits: this keeps such attempts from costing a look into the
 * store each.
 */
import { ThroughlineError } from "@throughline/core";

const WINDOW_MS = 60_000;
/**
 * Wrong keys of one address in a window, after which it has to wait.
 *
 * @internal exported for tests
 */
export const WRONG_KEYS = 20;
/** Addresses that are remembered; beyond that the oldest is forgotten. */
const ADDRESSES = 10_000;

interface Attempts {
  readonly since: number;
  count: number;
}

export class WrongKeys {
  readonly #attempts = new Map<string, Attempts>();
  readonly #clock: () => number;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Remembers a wrong key. Where the address is not known, nobody is slowed down. */
  count(address: string | undefined): void {
    if (address === undefined) return;
    const name = networkOf(address);
    const attempts = this.#current(name);
    if (attempts !== undefined) {
      attempts.count += 1;
      return;
    }
    const oldest = this.#attempts.keys().next().value;
    if (this.#attempts.size >= ADDRESSES && oldest !== undefined) this.#attempts.delete(oldest);
    this.#attempts.set(name, { since: this.#clock(), count: 1 });
  }

  /** @throws ThroughlineError `rate_limited` with reason `wrong_keys` */
  check(address: string | undefined): void {
    const attempts = address === undefined ? undefined : this.#current(networkOf(address));
    if (attempts === undefined || attempts.count < WRONG_KEYS) return;
    const retryAfterSeconds = Math.max(1, Math.ceil((attempts.since + WINDOW_MS - this.#clock()) / 1_000));
    throw new ThroughlineError("rate_limited", "Too many wrong keys came from this address.", {
      reason: "wrong_keys",
      outcome: "refused",
      retryable: true,
      details: { retryAfterSeconds },
    });
  }

  #current(name: string): Attempts | undefined {
    const attempts = this.#attempts.get(name);
    if (attempts === undefined || this.#clock() - attempts.since < WINDOW_MS) return attempts;
    this.#attempts.delete(name);
    return undefined;
  }
}

/** An IPv4 address, or the network of 64 bits that an IPv6 address is of: whoever has one has all of it. */
function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(":")) return mapped ?? address;
  const [start = "", end] = (address.split("%")[0] ?? "").split("::");
  const before = start === "" ? [] : start.split(":");
  const after = end === undefined || end === "" ? [] : end.split(":");
  const zeros = end === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill("0"), ...after].slice(0, 4).join(":");
}
