/** What a client has to know of a server before it uses it as its store. */
import {
  type Kind,
  STORE_PROTOCOL,
  type StoreDescription,
  ThroughlineError,
  differingKinds,
  isThroughlineError,
} from "@throughline/core";
import type { Connection } from "./connection.ts";

/**
 * Asks a server what it is.
 *
 * @throws ThroughlineError `unavailable` with reason `not_a_throughline_server`; `unsupported` with reason `protocol` or
 * `kinds`
 */
export async function describeServer(
  connection: Connection,
  kinds: readonly Kind[],
  server: string,
): Promise<StoreDescription> {
  const description = await ask(connection, server);
  const { protocol, version } = description;
  if (protocol !== STORE_PROTOCOL) {
    throw new ThroughlineError(
      "unsupported",
      `${server} runs release ${version}, which speaks another version of the store protocol than this one.`,
      { reason: "protocol", outcome: "refused", details: { server: protocol, client: STORE_PROTOCOL } },
    );
  }
  const differing = differingKinds(kinds, description.kinds);
  if (differing.length > 0) {
    throw new ThroughlineError(
      "unsupported",
      `${server} runs release ${version} and lacks these kinds, or declares them otherwise: ${differing.join(", ")}.`,
      { reason: "kinds", outcome: "refused", details: { kinds: differing } },
    );
  }
  return description;
}

async function ask(connection: Connection, server: string): Promise<StoreDescription> {
  let answer: unknown;
  try {
    answer = await connection.ask({ path: "" });
  } catch (error) {
    if (isForeign(error)) throw notThroughline(server, error);
    throw error;
  }
  if (!isDescription(answer)) throw notThroughline(server);
  return answer;
}

/** A server without this path, and one that answers something else, are others; a proxy with an error is on the way. */
function isForeign(error: unknown): boolean {
  if (!isThroughlineError(error) || error.reason !== "foreign_answer") return false;
  return error.code === "not_found" || (error.details?.["status"] ?? 200) === 200;
}

function notThroughline(server: string, cause?: unknown): ThroughlineError {
  return new ThroughlineError("unavailable", `What answers at ${server} is no Throughline server.`, {
    reason: "not_a_throughline_server",
    outcome: "refused",
    cause,
  });
}

function isDescription(answer: unknown): answer is StoreDescription {
  const { product, protocol, capabilities, kinds } = Object(answer) as Record<string, unknown>;
  return (
    product === "throughline" &&
    typeof protocol === "number" &&
    (protocol !== STORE_PROTOCOL || (typeof capabilities === "object" && Array.isArray(kinds)))
  );
}
