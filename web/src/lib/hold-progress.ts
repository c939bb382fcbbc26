/** How long a button must be held so that a write is approved: long enough to never happen by accident (UX). */
export const holdMilliseconds = 1200;

/** `pressedAt` null: nobody holds it. `isDone`: it was held long enough and fires no second time until reset. */
export type Hold = { pressedAt: number | null; isDone: boolean };

export type HoldEvent =
  | { type: "press"; at: number; isRepeat: boolean }
  | { type: "release" }
  | { type: "tick"; at: number }
  | { type: "reset" };

export const idleHold: Hold = { pressedAt: null, isDone: false };

/** A repeated key press does not begin anew; letting go early cancels; done stays done until reset. */
export function nextHold(hold: Hold, event: HoldEvent): Hold {
  switch (event.type) {
    case "press":
      if (hold.isDone || event.isRepeat || hold.pressedAt !== null) return hold;
      return { pressedAt: event.at, isDone: false };
    case "release":
      return hold.isDone ? hold : idleHold;
    case "tick":
      if (hold.isDone || hold.pressedAt === null || event.at - hold.pressedAt < holdMilliseconds) return hold;
      return { pressedAt: null, isDone: true };
    case "reset":
      return idleHold;
  }
}
