import type { TestServer } from "./test-server.ts";

/** The resource that requests are about, or another where an earlier one has removed it. */
export async function trackedResource({ throughline: { resources } }: TestServer): Promise<string> {
  const path = "tracked.ts";
  return (await resources.findByPath(path))?.id ?? resources.trackResource({ path });
}
