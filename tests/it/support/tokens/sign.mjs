// An identity provider in JavaScript: makes key pairs and signs tokens, with what Node.js brings along.
//
// Standard input: a JSON list of {"make": algorithm, "kid"} and {"sign": header, "claims", "key": PEM}. Standard output: a list of
// {"private", "public", "jwk"} and of tokens.

import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const PAIRS = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
};

function make(alg, kid) {
  const { privateKey, publicKey } = PAIRS[alg]();
  return {
    private: privateKey.export({ type: "pkcs8", format: "pem" }),
    public: publicKey.export({ type: "spki", format: "pem" }),
    jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" },
  };
}

function token(header, claims, pem) {
  const encoded = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const key = createPrivateKey(pem);
  const digest = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  const signature = sign(digest, Buffer.from(encoded), { key, dsaEncoding: "ieee-p1363" });
  return `${encoded}.${signature.toString("base64url")}`;
}

const jobs = JSON.parse(readFileSync(0, "utf8"));
const done = jobs.map((job) => (job.make ? make(job.make, job.kid) : token(job.sign, job.claims, job.key)));
process.stdout.write(JSON.stringify(done));
