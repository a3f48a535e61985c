// Holds what Keyhatch signed against the libraries that receivers use.
//
// Standard input: a JSON object a line, {"why", "secret", "headers", "body", "verifies"}. Standard output: a line for each
// disagreement, then how many each library looked at. The argument is the folder with the libraries.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const { Webhook, WebhookVerificationError } = require("standardwebhooks");
const svix = require("svix");

const libraries = {
  standardwebhooks: [Webhook, WebhookVerificationError],
  svix: [svix.Webhook, svix.WebhookVerificationError],
};

function verifies([Webhook, Refusal], { secret, body, headers }) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

const counts = { standardwebhooks: 0, svix: 0 };
const lines = readFileSync(0, "utf8").split("\n");
for (const line of lines.filter((line) => line !== "")) {
  const test = JSON.parse(line);
  for (const [name, library] of Object.entries(libraries)) {
    counts[name] += 1;
    if (verifies(library, test) !== test.verifies) console.log(`${name} disagrees: ${test.why}: ${line}`);
  }
}
for (const [name, count] of Object.entries(counts)) console.log(`${name} ${count}`);
