import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MissingServerError } from "./missing-server.ts";

const project = fileURLToPath(new URL("../mongo-java", import.meta.url));
const sources = ["pom.xml", "src/main/java/FaithfulBackend.java", "src/main/java/TestMongodb.java"];

const hint =
  "a MongoDB: set TEST_MONGODB_URL, put mongod on the path, or install a JDK of version 17 or newer and Maven " +
  "(Debian, Ubuntu: default-jdk-headless, maven) for the stand-in";

/** Finds the stand-in's jar, built before from the same sources, or builds it with Maven. */
export async function buildMongoJava(): Promise<string> {
  await demand("java");
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(join(project, source)));
  // Named after its sources, so it is never older than they are.
  const built = join(project, "target", hash.digest("hex").slice(0, 16));
  const jar = join(built, "test-mongodb.jar");
  if (!existsSync(jar)) await build(built);
  return jar;
}

/** Builds in a folder of its own and moves the result into place: processes that build at once don't meet. */
async function build(built: string): Promise<void> {
  await demand("mvn");
  const workshop = join(project, "target", `build-${randomUUID()}`);
  try {
    await mkdir(workshop, { recursive: true });
    for (const source of sources) await cp(join(project, source), join(workshop, source));
    await promisify(execFile)("mvn", ["--quiet", "--batch-mode", "-Dstyle.color=never", "package"], {
      cwd: workshop,
    });
    await rename(join(workshop, "target"), built);
  } catch (error) {
    // Another process may have been first.
    if (existsSync(built)) return;
    const { stdout = "" } = error as { stdout?: string };
    throw new Error(`Maven did not build the stand-in for MongoDB: ${stdout}`, { cause: error });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function demand(program: string): Promise<void> {
  try {
    await promisify(execFile)(program, ["-version"]);
  } catch (error) {
    throw new MissingServerError(hint, { cause: error });
  }
}
