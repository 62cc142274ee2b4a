import type { ReadRequest } from "../../contract/read.ts";
import type { GuardedStore } from "../../contract/store.ts";
import { Throughline } from "../throughline.ts";

/** The services above a store whose reads are noted, with what they asked for. */
export function noteReads({ store, tenant }: Throughline): {
  readonly tl: Throughline;
  readonly reads: (readonly ReadRequest[])[];
} {
  const reads: (readonly ReadRequest[])[] = [];
  const noting = new Proxy(store, {
    get(target, name) {
      if (name === "read") {
        return (...given: Parameters<GuardedStore["read"]>) => {
          reads.push(given[0].requests);
          return target.read(...given);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { tl: new Throughline(noting, { tenant }), reads };
}
