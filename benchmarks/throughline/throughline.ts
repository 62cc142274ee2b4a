import { join } from "node:path";
import type { Contestant, OpenSettings, Subject } from "../harness/contestant.ts";
import { tableSizes } from "../harness/table-sizes.ts";
import { openProduct } from "./open-product.ts";

function productOn(
  name: string,
  on: Contestant["on"],
  open: (settings: OpenSettings) => Promise<Subject>,
): Contestant {
  return { name, role: "product", on, sharesFile: true, needsInstall: false, open };
}

/** The product on a file, through its public API. */
export const throughline = productOn("Throughline", "file", async ({ directory, durability, packs }) => {
  const path = join(directory, "throughline.db");
  if (packs === false) process.env["THROUGHLINE_CONTEXT_PACK_ABOVE_BYTES"] = "never";
  const product = await openProduct({ store: `sqlite:${path}`, durability });
  return { ...product, diskSizes: () => tableSizes(path, "search_index") };
});

/** The product on PostgreSQL. */
export const throughlineOnPostgres = productOn("Throughline on PostgreSQL", "postgresql", openOnServer);

/** The product on MongoDB. */
export const throughlineOnMongodb = productOn("Throughline on MongoDB", "mongodb", openOnServer);

function openOnServer({ url }: OpenSettings): Promise<Subject> {
  if (url === undefined) throw new TypeError("There is no server");
  return openProduct({ store: url });
}
