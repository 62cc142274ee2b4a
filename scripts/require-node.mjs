// Stops with a clear sentence when a script runs on a Node that is too old for this project.
// Plain JavaScript, because that old Node is what has to read it.
import { readFileSync } from "node:fs";

const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const [neededMajor, neededMinor] = engines.node.match(/\d+/g).map(Number);
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  console.error(
    `Throughline needs Node ${neededMajor}.${neededMinor} or newer, and this is Node ${process.versions.node}. ` +
      "Run `npm ci` in the repository (without --ignore-scripts): it installs the right Node into node_modules, " +
      "and the npm scripts then use it.",
  );
  process.exit(1);
}
