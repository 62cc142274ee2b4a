/** Checks every built package as it would be published: its exports, its types and what is packed. */
import { listPublishedPackages } from "./list-packages.ts";
import { runCommand } from "./run-command.ts";

const requiredFiles = ["LICENSE", "README.md", "package.json", "dist/index.js", "dist/index.d.ts"];
const forbiddenFile = /^src\/|\.test\.|(^|\/)test\/|\.tsbuildinfo$/;

/** Says what is wrong with the files that npm would pack. */
function checkPackedFiles(folder: string): string[] {
  const { succeeded, output } = runCommand("npm", ["pack", "--dry-run", "--json", "--silent"], folder);
  if (!succeeded) return [output];
  const [packed] = JSON.parse(output.slice(output.indexOf("["))) as { files: { path: string }[] }[];
  const paths = new Set(packed?.files.map((file) => file.path));
  return [
    ...requiredFiles.filter((path) => !paths.has(path)).map((path) => `${path} is not packed`),
    ...[...paths].filter((path) => forbiddenFile.test(path)).map((path) => `${path} must not be packed`),
  ];
}

/** Says what a tool found; nothing if it was content. */
function checkWith(folder: string, command: string, args: string[]): string[] {
  const { succeeded, output } = runCommand(command, args, folder);
  return succeeded ? [] : [output];
}

/** Imports the built package as a user does: by its name, without the condition that leads to the sources. */
function checkImport(name: string, folder: string): string[] {
  return checkWith(folder, process.execPath, ["--input-type=module", "--eval", `await import("${name}")`]);
}

let failures = 0;
for (const { name, folder } of listPublishedPackages()) {
  const problems = [
    ...checkPackedFiles(folder),
    ...checkImport(name, folder),
    ...checkWith(folder, "publint", ["--strict"]),
    ...checkWith(folder, "attw", ["--pack", ".", "--profile", "esm-only", "--no-emoji"]),
  ];
  for (const problem of problems) console.error(`${name}: ${problem}`);
  failures += problems.length;
}
if (failures > 0) process.exit(1);
