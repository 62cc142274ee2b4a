import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  readonly keyPath: string;
  readonly certificatePath: string;
  /** The certificate as PEM. It signs itself, so whoever is to trust it takes it as its authority, too. */
  readonly pem: string;
}

/** Makes a certificate for `localhost` and `127.0.0.1` with `openssl`, valid for two days. */
export function makeCertificate(folder: string): Certificate {
  const keyPath = join(folder, "server.key");
  const certificatePath = join(folder, "server.crt");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync(
    "openssl",
    ["req", "-x509", ...key, "-keyout", keyPath, "-out", certificatePath, "-days", "2", ...subject],
    { stdio: "ignore" },
  );
  return { keyPath, certificatePath, pem: readFileSync(certificatePath, "utf8") };
}
