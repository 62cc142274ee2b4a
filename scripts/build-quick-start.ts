import { type BuildResult, build } from "esbuild";

/**
 * Builds what a program loads before anything else: one file, and no module of the new kind, which starts soonest. What is
 * in it is in the answer's metafile.
 */
export async function buildQuickStart(
  source: string,
  target: string,
): Promise<BuildResult<{ metafile: true }>> {
  return build({
    entryPoints: [source],
    outfile: target,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "es2024",
    charset: "utf8",
    minify: true,
    metafile: true,
    logLevel: "error",
  });
}
