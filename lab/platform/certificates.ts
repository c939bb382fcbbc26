import "./reflect-metadata.ts";
import { webcrypto } from "node:crypto";
import { join } from "node:path";
import { readJson, writeJson } from "./files.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMilliseconds = 86_400_000;

export type Certificate = { certificatePem: string; keyPem: string };
export type Authority = { caPem: string; issue(host: string, validFrom: Date, validUntil: Date): Promise<Certificate> };
type StoredAuthority = { caPem: string; keyPkcs8: string };

/** The lab's own certificate authority, made at the first start; it signs the payment provider's certificates. */
export async function openAuthority(directory: string, now: Date): Promise<Authority> {
  // Loaded late: the library wants the reflection functions to be there first, also inside a bundle.
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const path = join(directory, "authority.json");
  let stored = readJson<StoredAuthority>(path);
  if (!stored) {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const authority = await x509.X509CertificateGenerator.createSelfSigned({
      name: "CN=Lab Root",
      notBefore: new Date(now.getTime() - dayMilliseconds),
      notAfter: new Date(now.getTime() + 3650 * dayMilliseconds),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 1, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    stored = {
      caPem: authority.toString("pem"),
      keyPkcs8: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64"),
    };
    writeJson(path, stored);
  }
  const signingKey = await webcrypto.subtle.importKey(
    "pkcs8",
    Buffer.from(stored.keyPkcs8, "base64"),
    algorithm,
    true,
    ["sign"],
  );
  const issuer = new x509.X509Certificate(stored.caPem);
  return {
    caPem: stored.caPem,
    async issue(host, validFrom, validUntil) {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${host}`,
        issuer: issuer.subject,
        notBefore: validFrom,
        notAfter: validUntil,
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey: signingKey,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }])],
      });
      const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
      return {
        certificatePem: certificate.toString("pem"),
        keyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/(.{64})/g, "$1\n")}\n-----END PRIVATE KEY-----\n`,
      };
    },
  };
}
