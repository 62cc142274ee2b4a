/** The files in a zip, as sources: unpacked while they are read, and never written to disk. */
import type { ZipFile, openPromise } from "yauzl";
import type { ImportSource } from "./importer.ts";
import { byFolder } from "./find-sources.ts";

/**
 * The files in a zip whose names end so, in the order of a folder's. A file that can't be unpacked fails when it is read.
 *
 * @throws Error when the file is no zip
 */
export async function zipSources(
  path: string,
  extensions: readonly string[],
): Promise<readonly ImportSource[]> {
  const zip = await openZip(path);
  const sources: ImportSource[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName, uncompressedSize: size, crc32 } = entry;
      if (fileName.startsWith("__MACOSX/") || !extensions.some((one) => fileName.endsWith(one))) continue;
      sources.push({
        path: `${path}/${fileName}`,
        version: crc32.toString(16),
        size,
        bytes: (from) => unpack(path, from, (opened) => opened.openReadStreamPromise(entry)),
      });
    }
  } finally {
    zip.close();
  }
  return sources.toSorted((one, other) => byFolder(one.path, other.path));
}

async function* unpack(
  path: string,
  from: number,
  openStream: (zip: ZipFile) => Promise<AsyncIterable<unknown>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const zip = await openZip(path);
  try {
    let at = 0;
    for await (const chunk of await openStream(zip)) {
      const bytes = chunk as Uint8Array;
      // What is packed can only be read from its beginning.
      const passed = Math.max(0, Math.min(bytes.length, from - at));
      at += bytes.length;
      if (passed < bytes.length) yield bytes.subarray(passed);
    }
  } finally {
    zip.close();
  }
}

/** Loaded when there is a zip: most commands never see one. */
async function openZip(path: string): ReturnType<typeof openPromise> {
  const yauzl = await import("yauzl");
  return yauzl.openPromise(path, { autoClose: false });
}
