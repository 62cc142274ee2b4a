import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "./certificate.ts";
import { makeCertificate } from "./certificate.ts";
import type { PostgresSource } from "./postgres-binaries.ts";
import { findPostgres, makeRunnable } from "./postgres-binaries.ts";
import { ServerProcess } from "./server-process.ts";
import type { ServerUser } from "./unprivileged-user.ts";
import { findServerUser } from "./unprivileged-user.ts";

export interface PostgresOptions {
  /** `npm` (the default) is the newest major version, `system` the oldest that the system's packages installed. */
  readonly source?: PostgresSource;
  /** Further settings, as `postgres -c name=value` takes them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The password of the user `throughline`. Default: `secret`. */
  readonly password?: string;
  /** Whether the server offers TLS, with a certificate that signs itself. Needs `openssl`. Default: false. */
  readonly tls?: boolean;
  /** Whether commits reach the disk. Default: true, because tests kill the server. */
  readonly fsync?: boolean;
  /** The folder that the server's own folder is made in, to put it on a small disk. Default: the temporary one. */
  readonly parentFolder?: string;
}

export interface PostgresServer {
  /** `postgres://throughline:<password>@127.0.0.1:<port>/postgres`. */
  readonly url: string;
  /** As the server says it, for example `18.4`. */
  readonly version: string;
  readonly source: PostgresSource;
  readonly port: number;
  readonly dataDirectory: string;
  /** The certificate as PEM, where TLS was asked for. */
  readonly certificate: string | undefined;
  /** What the server wrote to its log so far. */
  readonly readLog: () => Promise<string>;
  /** SIGKILL for the server and all its processes. Its data stays. */
  readonly kill: () => Promise<void>;
  /** Starts the server again on the same data and port; stops it first, in good order, if it runs. */
  readonly restart: () => Promise<void>;
  /** Stops the server and removes its data. */
  readonly stop: () => Promise<void>;
}

const userName = "throughline";

/**
 * Starts a PostgreSQL of its own on loopback, in a fresh folder. It ends with this process at the latest.
 *
 * Its default order of text is a language's, not that of code points, so that a statement which forgets to say
 * `COLLATE "C"` is noticed.
 *
 * @throws MissingServerError if the machine has no PostgreSQL of this source.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = findPostgres(options.source ?? "npm");
  const user = findServerUser();
  const folder = await mkdtemp(join(options.parentFolder ?? tmpdir(), "throughline-postgres-"));
  try {
    // A folder of `mkdtemp` is closed to all others, and the server is another user if we are root.
    await chmod(folder, 0o755);
    const programs = await makeRunnable(binaries, user, folder);
    const password = options.password ?? "secret";
    const dataDirectory = await makeDataDirectory({ programs, folder, user, password });
    const certificate = options.tls === true ? await giveCertificate(folder, user) : undefined;
    const settings = makeSettings(options, certificate);
    const server = new ServerProcess({
      name: "PostgreSQL",
      folder,
      user,
      command: (port) => ({
        file: join(programs, "postgres"),
        flags: ["-D", dataDirectory, "-p", String(port), ...settings],
      }),
      readyLine: "database system is ready to accept connections",
      stopSignal: "SIGINT",
    });
    await server.start();
    return {
      url: `postgres://${userName}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres`,
      version: binaries.version,
      source: binaries.source,
      port: server.port,
      dataDirectory,
      certificate: certificate?.pem,
      readLog: () => server.readLog(),
      kill: () => server.kill(),
      restart: async () => {
        await server.end();
        // A killed server leaves this. By chance another process may have the number in it by now.
        await rm(join(dataDirectory, "postmaster.pid"), { force: true });
        await server.start();
      },
      stop: async () => {
        await server.end();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function makeDataDirectory(given: {
  programs: string;
  folder: string;
  user: ServerUser;
  password: string;
}): Promise<string> {
  const { programs, folder, user, password } = given;
  const dataDirectory = join(folder, "data");
  await mkdir(dataDirectory, { mode: 0o700 });
  await giveTo(user, dataDirectory);
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await giveTo(user, passwordFile);
  const order = ["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US"];
  const access = ["--auth=scram-sha-256", `--username=${userName}`, `--pwfile=${passwordFile}`];
  // Nothing is kept yet that a loss of power could take.
  const { status, stdout, stderr, error } = spawnSync(
    join(programs, "initdb"),
    [`--pgdata=${dataDirectory}`, ...access, ...order, "--no-sync", "--no-instructions"],
    { ...user, cwd: "/", encoding: "utf8" },
  );
  await rm(passwordFile);
  if (status !== 0) throw new Error(`initdb failed: ${stdout}${stderr}`, { cause: error });
  return dataDirectory;
}

async function giveCertificate(folder: string, user: ServerUser): Promise<Certificate> {
  const certificate = makeCertificate(folder);
  await chmod(certificate.keyPath, 0o600);
  await giveTo(user, certificate.keyPath);
  return certificate;
}

async function giveTo({ uid, gid }: ServerUser, path: string): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

function makeSettings(options: PostgresOptions, certificate: Certificate | undefined): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "100",
    // In the data's folder, where nothing is left behind by a server that was killed.
    dynamic_shared_memory_type: "mmap",
    fsync: options.fsync === false ? "off" : "on",
    ...(certificate === undefined
      ? {}
      : { ssl: "on", ssl_key_file: certificate.keyPath, ssl_cert_file: certificate.certificatePath }),
    ...options.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
