import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface PackageFacts {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** What this package's manifest says. */
const facts = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as PackageFacts;

export const version = facts.version;

/** What starts this program. */
export const commandFile = fileURLToPath(new URL("../bin/throughline.js", import.meta.url));

/** Says what is wrong with a version of Node, if it is older than this package needs. */
export function describeOldNode(running: string): string | undefined {
  const needed = facts.engines.node.replace(">=", "");
  const [major = 0, minor = 0] = needed.split(".").map(Number);
  const [runningMajor = 0, runningMinor = 0] = running.split(".").map(Number);
  const isOld = runningMajor < major || (runningMajor === major && runningMinor < minor);
  return isOld ? `This is Node ${running}, and Throughline needs ${needed} or newer.` : undefined;
}
