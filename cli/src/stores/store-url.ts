/** Which store a URL means. */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ThroughlineError } from "@throughline/core";
import { maskSecrets } from "../mask-secrets.ts";
import { didYouMean, similarNames } from "../arguments/similar-names.ts";

/** A store of this version, and where it is. */
export type StoreLocation =
  | { readonly type: "memory" }
  | { readonly type: "sqlite"; readonly path: string }
  /** A server, by the URL that its store takes. */
  | { readonly type: "postgres" | "mongodb" | "http"; readonly url: string };

/** What there is, for messages. */
const storeUrls =
  "sqlite:<path>, file:<path>, postgres://, postgresql://, mongodb://, mongodb+srv://, http://, https:// and memory:";

const serverTypes = new Map<string, "postgres" | "mongodb" | "http">([
  ["postgres:", "postgres"],
  ["postgresql:", "postgres"],
  ["mongodb:", "mongodb"],
  ["mongodb+srv:", "mongodb"],
  ["http:", "http"],
  ["https:", "http"],
]);

const schemes = [...serverTypes.keys(), "memory:", "sqlite:", "file:"];

/**
 * Reads a store's URL: `memory:`, `sqlite:<path>`, `file:<path>`, or that of a PostgreSQL, MongoDB or Throughline
 * server, of which only the beginning is checked here. A path is taken as it stands; after `//` it is absolute and
 * percent-encoded, as in any URL; `~/` is the user's home.
 *
 * @throws ThroughlineError `unsupported` with reason `store` for stores that this version doesn't have; `invalid` with
 * reason `store_url`.
 */
export function parseStoreUrl(url: string): StoreLocation {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  if (scheme === undefined) throw badUrl(url, `is no URL of a store. There are ${storeUrls}.`);
  const rest = url.slice(scheme.length);
  const server = serverTypes.get(scheme);
  if (server !== undefined) return { type: server, url: scheme + checkServer(url, rest) };
  switch (scheme) {
    case "memory:":
      if (rest !== "") throw badUrl(url, "must be memory: with nothing after it.");
      return { type: "memory" };
    case "sqlite:":
    case "file:":
      return { type: "sqlite", path: readPath(url, rest) };
    default:
      throw new ThroughlineError(
        "unsupported",
        `This version has no store for ${scheme} URLs. ${didYouMean(similarNames(scheme, schemes))}There are ${storeUrls}.`,
        { reason: "store", outcome: "refused", details: { scheme } },
      );
  }
}

function checkServer(url: string, rest: string): string {
  if (!rest.startsWith("//") || rest === "//") throw badUrl(url, "names no server: write // and its host.");
  if (/[\s\p{Cc}]/u.test(rest)) throw badUrl(url, "holds white space: percent-encode it.");
  return rest;
}

/** The URL that a text means where a person writes it: a path that ends in `.db` is a store too. */
export function storeUrlOf(text: string): string {
  return text.endsWith(".db") && !/^[a-z][a-z0-9+.-]+:/i.test(text) ? `sqlite:${text}` : text;
}

function readPath(url: string, rest: string): string {
  if (rest === "") throw badUrl(url, "names no file: write sqlite:<path>.");
  if (rest === ":memory:") throw badUrl(url, "names no file; to keep nothing, write memory:.");
  if (/[?\0]/.test(rest)) throw badUrl(url, "must be a path without ? and NUL: there are no parameters.");
  if (rest.startsWith("~/")) return join(homedir(), rest.slice(2));
  if (!rest.startsWith("//")) return rest;
  if (!rest.startsWith("///")) throw badUrl(url, "has a host; a path from the root needs three slashes.");
  try {
    return fileURLToPath(`file:${rest}`);
  } catch {
    throw badUrl(url, "has a path that is wrongly percent-encoded.");
  }
}

function badUrl(url: string, problem: string): ThroughlineError {
  return new ThroughlineError("invalid", `${maskSecrets(url)} ${problem}`, {
    reason: "store_url",
    outcome: "refused",
  });
}
