// Receives webhooks: checks the signature, handles each event once, answers 204.
//
//     npm install
//     WEBHOOK_SECRET=whsec_… node receiver.mjs

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const LARGEST_BODY = 1024 * 1024;
const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const port = Number(process.env.PORT ?? 8000);

// An event may come more than once, always under the same id. A real receiver keeps the ids in its database, and writes each in
// the transaction that does what the event asks for.
const seenFile = process.env.SEEN_FILE ?? "seen-webhooks.txt";
const seen = new Set(existsSync(seenFile) ? readFileSync(seenFile, "utf8").split("\n") : []);

/** What you want to happen. Be quick: anybody who takes longer than 10 seconds gets the event again. */
function handle(id, event) {
  console.log("accepted", id, event.type, JSON.stringify(event.data));
}

/** The bytes as they came: anybody who parses and writes them again has other bytes, and another signature. */
async function bodyOf(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LARGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function receive(request) {
  if (request.method !== "POST") return 405;
  const body = await bodyOf(request);
  if (body === null) return 413;
  let event;
  try {
    event = webhook.verify(body, request.headers);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return 400;
    throw error;
  }
  const id = request.headers["webhook-id"];
  if (seen.has(id)) {
    console.log("again", id);
  } else {
    handle(id, event);
    appendFileSync(seenFile, `${id}\n`);
    seen.add(id);
  }
  return 204;
}

const server = createServer((request, response) => {
  receive(request)
    .catch((error) => {
      console.error(error);
      return 500;
    })
    .then((status) => response.writeHead(status).end());
});
server.listen(port, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
