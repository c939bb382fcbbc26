import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery, MessageSender } from "../core/capability.ts";
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
  /** Channels that a message of this urgency goes to. */
  channelsFor(message: Pick<Message, "urgency">): string[];
  /**
   * Sends what is due, one message after the other in each channel, no channel waiting for another. Called on every commit
   * that queued something, and by a sweep. Returns how many were sent.
   */
  sendDue(): Promise<number>;
  /** Waits for no receiver: what has not been answered by now is written down as unknown, and nothing more is sent. */
  close(): Promise<void>;
};

/** A process that has not recorded an answer by then counts as dead; its message's fate is unknown. */
const leaseSeconds = 30;
/** Within the lease, whatever time-out a connection has: otherwise another process would take a page that is under way. */
const longestWaitSeconds = 25;
const pageAgainSeconds = 300;
const tryAgainSeconds = [5, 30, 120, 600];

/**
 * The door through which people are told. Pages go again until somebody acknowledges them, under one key; a notice whose
 * fate is unknown does not, because twice is worse than once. Text from outside loses escapes and mentions.
 */
export function createTell({ database, senders, now, onFate }: TellDependencies): Tell {
  const known = senders.map(({ channel }) => channel);
  const closing = new AbortController();
  /** What is sent now, by lane; whoever asks meanwhile is served by the same run. */
  const running = new Map<Lane, Promise<number>>();

  const sendNext = async (lane: Lane): Promise<boolean> => {
    const channels = lane === null ? { notAmong: known } : { only: lane.channel };
    const [entry] = await takeDueMessages(database, { now: now(), limit: 1, leaseSeconds, channels });
    if (!entry) return false;
    const { fate, why } = await deliver(entry, lane, closing.signal);
    const receipt = receiptOf(entry, fate, why, now());
    await recordFate(database, receipt, nextAttemptAt(entry, receipt, now()));
    await onFate(entry, receipt);
    return true;
  };
  const sendAll = async (lane: Lane): Promise<number> => {
    let sent = 0;
    while (!closing.signal.aborted && (await sendNext(lane))) sent += 1;
    return sent;
  };
  const sendLane = (lane: Lane): Promise<number> => {
    const underWay = running.get(lane);
    if (underWay) return underWay;
    const run = sendAll(lane).finally(() => running.delete(lane));
    running.set(lane, run);
    return run;
  };

  return {
    channelsFor: ({ urgency }) =>
      senders.filter(({ urgencies }) => urgencies?.includes(urgency) ?? true).map(({ channel }) => channel),
    sendDue: async () => {
      for (const entry of await settleAbandonedSends(database, now())) {
        await onFate(entry, receiptOf(entry, "unknown", "the sender ended before it heard an answer", now()));
      }
      const sent = await Promise.all([...senders, null].map(sendLane));
      return sent.reduce((sum, one) => sum + one, 0);
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(running.values());
    },
  };
}

/** One sender at a time; null stands for channels that no connection sends to any more. */
type Lane = MessageSender | null;

async function deliver(entry: OutboxEntry, sender: Lane, closing: AbortSignal): Promise<Delivery> {
  if (!sender) return { fate: "failed", why: `no connection sends to ${entry.channel} any more` };
  const done = new AbortController();
  const givenUp = async (): Promise<Delivery> => {
    const signal = AbortSignal.any([closing, done.signal]);
    await sleep(longestWaitSeconds * 1000, undefined, { signal, ref: false }).catch(() => {});
    const why = closing.aborted ? "midwatch ended before it heard an answer" : `no answer in ${longestWaitSeconds} s`;
    return { fate: "unknown", why };
  };
  try {
    return await Promise.race([sender.send(harmless(entry.message)), givenUp()]);
  } catch (thrown) {
    return { fate: "failed", why: thrown instanceof Error ? thrown.message : String(thrown) };
  } finally {
    done.abort();
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
