/** The commands on files that were uploaded, and on content that is kept for sessions. */
import type { Command } from "commander";
import type { KeepContentOptions, ShowContentOptions } from "../commands/content.ts";
import type { FileContentOptions, ListFilesOptions, SaveFileOptions } from "../commands/files.ts";
import type { CommonOptions } from "../with-throughline.ts";
import { type Finish, addCommand, cursorOption, limitOption, sessionArgument } from "./command-parts.ts";

const isDefault = true;

export function defineFiles(program: Command, finish: Finish): void {
  const files = program
    .command("files")
    .description("Records of files that were uploaded to a model's provider, and their bytes.")
    .helpCommand(false);
  const run = async () => import("../commands/files.ts");
  addCommand(
    files,
    "list",
    "List records of uploaded files, newest first. The word list may be left out.",
    ["throughline files", "throughline files --json | jq -r '.items[].file_id'"],
    isDefault,
  )
    .addOption(limitOption(50))
    .addOption(cursorOption)
    .action(async (options: ListFilesOptions) => finish(await (await run()).listFiles(options)));
  addCommand(files, "show", "Print the record of an uploaded file.", ["throughline files show report --json"])
    .argument("<id>", "the file's id")
    .action(async (id: string, options: CommonOptions) => finish(await (await run()).showFile(id, options)));
  addCommand(files, "save", "Keep the record of a file that was uploaded, and with --keep its bytes.", [
    "throughline files save report.pdf --name files/abc --uri https://files.example/abc --type application/pdf",
    "throughline files save report.pdf --name files/abc --uri https://files.example/abc --keep",
  ])
    .argument("<file>", "the file on this machine")
    .requiredOption("--name <name>", "what the provider calls it")
    .requiredOption("--uri <uri>", "where the provider has it")
    .option("--id <id>", "its id; the same again replaces the record (default: a new one)")
    .option("--type <type>", "its media type (default: application/octet-stream)")
    .option("--expires <time>", "when the provider drops it (2025-01-31, or 2025-01-31T09:00:00Z)")
    .option("--keep", "keep its bytes, too")
    .action(async (file: string, options: SaveFileOptions) =>
      finish(await (await run()).saveFile(file, options)),
    );
  addCommand(files, "content", "Write out the bytes of an uploaded file, where they are kept.", [
    "throughline files content report -o report.pdf",
  ])
    .argument("<id>", "the file's id")
    .option("-o, --output <file>", "write to this file (default: standard output)")
    .action(async (id: string, options: FileContentOptions) =>
      finish(await (await run()).fileContent(id, options)),
    );
  addCommand(files, "delete", "Forget an uploaded file, and its bytes where they are kept.", [
    "throughline files delete report",
  ])
    .argument("<id>", "the file's id")
    .action(async (id: string, options: CommonOptions) =>
      finish(await (await run()).deleteFile(id, options)),
    );
  addCommand(files, "delete-expired", "Forget the files that have expired.", [
    "throughline files delete-expired",
  ]).action(async (options: CommonOptions) => finish(await (await run()).deleteExpiredFiles(options)));
}

export function defineContent(program: Command, finish: Finish): void {
  const content = program
    .command("content")
    .description("Content of files, kept as it was for a session.")
    .helpCommand(false);
  const run = async () => import("../commands/content.ts");
  addCommand(
    content,
    "show",
    "Write out a file as it was kept for a session. The word show may be left out.",
    ["throughline content @last src/a.ts", "throughline content show @last src/a.ts -o a.old.ts"],
    isDefault,
  )
    .addArgument(sessionArgument)
    .argument("<path>", "the file's path, as the session has it")
    .option("-o, --output <file>", "write to this file (default: standard output)")
    .action(async (session: string, path: string, options: ShowContentOptions) =>
      finish(await (await run()).showContent(session, path, options)),
    );
  addCommand(content, "keep", "Keep a file as it is now, for a session.", [
    "throughline content keep @last src/a.ts",
    "throughline content keep @last /tmp/a.ts --as src/a.ts",
  ])
    .addArgument(sessionArgument)
    .argument("<file>", "the file on this machine")
    .option("--as <path>", "its path, as the session has it (default: as it is given)")
    .action(async (session: string, file: string, options: KeepContentOptions) =>
      finish(await (await run()).keepContent(session, file, options)),
    );
  addCommand(content, "release", "Let go of content that a session keeps.", [
    "throughline content release @last src/a.ts",
  ])
    .addArgument(sessionArgument)
    .argument("<path>", "the file's path, as the session has it")
    .action(async (session: string, path: string, options: CommonOptions) =>
      finish(await (await run()).releaseContent(session, path, options)),
    );
}
