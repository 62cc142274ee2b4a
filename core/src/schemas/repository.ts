/** What tells a repository from others, wherever it lies and however it was cloned. */
import * as v from "valibot";
import { keyText } from "./text.ts";

/** `user@host:path`, without a scheme; the user may be missing, and a host with a port stands in brackets. */
const scpLike = /^(?:[^@/]*@)?(\[[^\]/]+\]|[^:/[\]]+):(?!:)(.*)$/s;
/** A drive of Windows is no host. */
const drive = /^[a-z]:/i;
/** Hosts that answer SSH under another name where its port is shut. */
const otherNames: Readonly<Record<string, string>> = {
  "ssh.github.com": "github.com",
  "altssh.gitlab.com": "gitlab.com",
  "altssh.bitbucket.org": "bitbucket.org",
};
const defaultPorts: Readonly<Record<string, string>> = { http: "80", https: "443", git: "9418" };

/**
 * The repository that the address of a remote means: `github.com/garden/beds` for `git@github.com:garden/beds.git` as for
 * `https://mara:secret@github.com/garden/beds`. Credentials, queries and the ports of SSH are left out; another port of a
 * web server stays, as it may be another server. Undefined for a path on this machine and for what names no host.
 */
export function repositoryOf(remote: string): string | undefined {
  const address = remote.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  const place = scheme === undefined ? placeOfScp(address) : placeOfUrl(scheme, address);
  if (place === undefined) return undefined;
  const path = decoded(place.path)
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")
    .replace(/\.git$/i, "");
  const repository = `${place.host}/${path}`;
  return path === "" || place.host === "" || !v.is(keyText, repository) ? undefined : repository;
}

interface Place {
  readonly host: string;
  readonly path: string;
}

function placeOfScp(address: string): Place | undefined {
  const found = drive.test(address) ? undefined : scpLike.exec(address);
  const [, host = "", path = ""] = found ?? [];
  // A colon in brackets stands before a port, or is one of many in an address of version 6.
  const bare = host.replace(/^\[([^:]*)(:\d+)?\]$/, "$1");
  return found === undefined || found === null ? undefined : { host: hostName(bare), path };
}

function placeOfUrl(scheme: string, address: string): Place | undefined {
  if (scheme === "file") return undefined;
  // Of other schemes browsers and Node leave the host as it is written.
  const url = URL.parse(address.replace(/^[^:]+:/, "https:"));
  if (url === null) return undefined;
  const isSsh = scheme.includes("ssh");
  const port = isSsh || url.port === "" || url.port === defaultPorts[scheme] ? "" : `:${url.port}`;
  return { host: `${hostName(url.hostname)}${port}`, path: url.pathname };
}

function hostName(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, "");
  return otherNames[name] ?? name;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What begins as a path of one machine does: another machine has another repository there. */
const localPath = /^(?:[/\\~.]|[a-z]:[/\\])/i;

/** An address that may carry credentials is brought into the form above; whatever else names a repository stays. */
export const repositoryText = v.pipe(
  keyText,
  v.transform((given) => (/:\/\/|@/.test(given) ? (repositoryOf(given) ?? "") : given)),
  v.check(
    (repository) => repository !== "" && !localPath.test(repository),
    "must be the address of a repository on a server, or another text that names it on every machine",
  ),
);
