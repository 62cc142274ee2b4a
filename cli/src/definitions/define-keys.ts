/** The commands on API keys. */
import { type Command, Option } from "commander";
import type { CreateKeyOptions, RevokeKeyOptions } from "../commands/keys.ts";
import type { CommonOptions } from "../with-throughline.ts";
import { type Finish, addCommand } from "./command-parts.ts";

export function defineKeys(program: Command, finish: Finish): void {
  const keys = program
    .command("keys")
    .description("Make, list and revoke the API keys that callers of the server need.")
    .helpCommand(false)
    .showHelpAfterError("Run throughline keys --help for what there is.")
    .addHelpText(
      "after",
      `
Examples:
  throughline keys create --role writer
  throughline keys list
  throughline keys revoke tl_5f1c0a92b3d4e5f6

throughline keys <command> --help says more of each.`,
    );
  addCommand(keys, "create", "Make an API key, and print it this once.", [
    "throughline keys create --role writer",
    "throughline keys create --role reader --tenant acme --name dashboard --expires-in 30d",
    "KEY=$(throughline keys create --role admin)",
  ])
    .addOption(
      new Option(
        "--role <role>",
        "what its holder may do: read; also write and delete; also erase, hold, clean up and make keys",
      )
        .choices(["reader", "writer", "admin"])
        .makeOptionMandatory(),
    )
    .option("--tenant <name>", "tenant whose data it opens (default: the one that throughline config names)")
    .option("--name <name>", "what you call it")
    .option("--expires-in <time>", "90m, 12h, 30d or 8w (default: it never expires)")
    .action(async (options: CreateKeyOptions) =>
      finish(await (await import("../commands/keys.ts")).createApiKey(options)),
    );
  addCommand(keys, "list", "List API keys, the newest first; the keys themselves are not kept.", [
    "throughline keys list",
    "throughline keys list --json | jq -r '.items[] | select(.revoked_at == null).prefix'",
  ]).action(async (options: CommonOptions) =>
    finish(await (await import("../commands/keys.ts")).listApiKeys(options)),
  );
  addCommand(keys, "revoke", "Revoke an API key: within two seconds nobody can use it.", [
    "throughline keys revoke tl_5f1c0a92b3d4e5f6",
    "throughline keys revoke tl_5f1c0a92b3d4e5f6 --forget",
  ])
    .argument("<key>", "its prefix, its id, or the key itself")
    .option("--forget", "also remove it from the list")
    .action(async (name: string, options: RevokeKeyOptions) =>
      finish(await (await import("../commands/keys.ts")).revokeApiKey(name, options)),
    );
}
