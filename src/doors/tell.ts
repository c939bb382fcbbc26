import type { MessageSender } from "../core/capability.ts";
import type { Message, Receipt } from "../core/message.ts";
import type { Instant } from "../core/window.ts";
import type { Database } from "../store/database.ts";
import { type OutboxEntry, recordFate, settleAbandonedSends, takeDueMessages } from "../store/outbox.ts";

type TellDependencies = {
  database: Database;
  senders: MessageSender[];
  now: () => Instant;
  /** Shown on the incident: what was said, where, and whether it arrived. */
  onFate: (entry: OutboxEntry, receipt: Receipt) => Promise<void>;
};

type Tell = {
  /** Channels that a message goes to. */
  channels: string[];
  /** Sends what is due. Called on every commit that queued something, and by a sweep. Returns how many were sent. */
  sendDue(): Promise<number>;
};

/** A sender that has not answered by then counts as dead; its message's fate is unknown. */
const leaseSeconds = 30;
const atOnce = 20;
const pageAgainSeconds = 300;
const tryAgainSeconds = [5, 30, 120, 600];

/**
 * The door through which people are told. Pages go again until somebody acknowledges them, under one key; a notice whose
 * fate is unknown does not, because twice is worse than once. Text from outside loses escapes and mentions.
 */
export function createTell({ database, senders, now, onFate }: TellDependencies): Tell {
  const byChannel = new Map(senders.map((sender) => [sender.channel, sender]));
  return {
    channels: [...byChannel.keys()],
    sendDue: async () => {
      for (const entry of await settleAbandonedSends(database, now())) {
        await onFate(entry, receiptOf(entry, "unknown", "the sender ended before it heard an answer", now()));
      }
      const due = await takeDueMessages(database, { now: now(), limit: atOnce, leaseSeconds });
      for (const entry of due) {
        const receipt = await send(entry, byChannel.get(entry.channel), now);
        await recordFate(database, receipt, nextAttemptAt(entry, receipt, now()));
        await onFate(entry, receipt);
      }
      return due.length;
    },
  };
}

async function send(entry: OutboxEntry, sender: MessageSender | undefined, now: () => Instant): Promise<Receipt> {
  if (!sender) return receiptOf(entry, "failed", `no connection sends to ${entry.channel} any more`, now());
  try {
    const fate = await sender.send(harmless(entry.message));
    return receiptOf(entry, fate, null, now());
  } catch (thrown) {
    return receiptOf(entry, "failed", thrown instanceof Error ? thrown.message : String(thrown), now());
  }
}

function receiptOf(
  { message, channel, attempts }: OutboxEntry,
  fate: Receipt["fate"],
  why: string | null,
  at: Instant,
): Receipt {
  return { messageKey: message.key, channel, fate, attempts, at, why };
}

function nextAttemptAt({ message, attempts }: OutboxEntry, { fate }: Receipt, now: Instant): Instant | null {
  if (message.urgency === "page")
    return now + (fate === "failed" ? (tryAgainSeconds[attempts - 1] ?? pageAgainSeconds) : pageAgainSeconds) * 1000;
  const wait = fate === "failed" ? tryAgainSeconds[attempts - 1] : undefined;
  return wait === undefined ? null : now + wait * 1000;
}

/** Terminal escapes, control characters and mentions are not ours to pass on. */
function harmless(message: Message): Message {
  return { ...message, title: harmlessText(message.title), lines: message.lines.map(harmlessText) };
}

export function harmlessText(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/<!(channel|here|everyone)[^>]*>/gi, "$1")
    .replace(/@(channel|here|everyone|all)\b/gi, "$1")
    .replace(/<@[A-Z0-9|]+>/gi, "someone");
}
