"""Holds what Keyhatch signed against the libraries that receivers use.

Standard input: a JSON object a line, {"why", "secret", "headers", "body", "verifies"}. Standard output: a line for each
disagreement, then how many each library looked at.
"""

import json
import sys

import standardwebhooks
import svix.webhooks

LIBRARIES = {"standardwebhooks": standardwebhooks.Webhook, "svix": svix.webhooks.Webhook}


def verifies(webhook, case):
    try:
        webhook(case["secret"]).verify(case["body"], case["headers"])
        return True
    except standardwebhooks.WebhookVerificationError:
        return False


def main():
    counts = dict.fromkeys(LIBRARIES, 0)
    for line in sys.stdin.buffer:
        case = json.loads(line)
        for name, webhook in LIBRARIES.items():
            counts[name] += 1
            if verifies(webhook, case) != case["verifies"]:
                print(f"{name} disagrees: {case['why']}: {json.dumps(case)}")
    for name, count in counts.items():
        print(f"{name} {count}")


main()
