import { ThroughlineError } from "@throughline/core";
import { parseAccept } from "hono/utils/accept";

/** Refuses a request that accepts none of the types that its answer can have. */
export function checkAccept(request: Request, types: readonly string[]): void {
  const header = request.headers.get("accept");
  if (header === null || header.trim() === "" || types.length === 0) return;
  const accepted = parseAccept(header).map(({ type, q }) => ({ type: type.toLowerCase(), q }));
  if (types.some((type) => quality(accepted, type) > 0)) return;
  throw new ThroughlineError("unsupported", `The answer would be ${types.join(" or ")}.`, {
    reason: "not_acceptable",
    outcome: "refused",
    details: { available: types },
  });
}

/** How welcome a type is: the most exact entry for it counts. */
function quality(accepted: readonly { readonly type: string; readonly q: number }[], type: string): number {
  const group = `${type.slice(0, type.indexOf("/"))}/*`;
  for (const name of [type, group, "*/*"]) {
    const entry = accepted.find((candidate) => candidate.type === name);
    if (entry !== undefined) return entry.q;
  }
  return 0;
}
