import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { latestVersion, migrations } from "./migrations.ts";

/** SHA-256 of each migration that was released. Files in the world were made by them: add a migration, never edit one. */
const released = [
  "3c8a81683bd5ca294a460d3b74444de224006ac14202395453538899e9acf5c3",
  "bbaa3a80f4b0c0f8f2f78ce3e7e004029f1c4522e4a278ad2c8b5a5513068a85",
  "459ca50dc44664d2901802c0b229689b2a077c52916317a6dbee4744ba0c45ad",
];

test("released migrations are as they were released", () => {
  const hashes = migrations.map(({ version, name, up, down }) =>
    createHash("sha256")
      .update(JSON.stringify([version, name, up, down]))
      .digest("hex"),
  );
  expect(hashes.slice(0, released.length)).toEqual(released);
});

test("versions go from 1 to the latest without a gap", () => {
  expect(migrations.map(({ version }) => version)).toEqual(
    Array.from({ length: latestVersion }, (_, index) => index + 1),
  );
});
