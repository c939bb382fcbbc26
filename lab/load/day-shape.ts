type DayShape = { dayMinutes: number; amplitude: number; startHour: number };

/** How busy the shop is, relative to its daily mean: quiet at 4, busiest at 16, and a small bump at lunch. */
export function dayFactor(shape: DayShape, elapsedSeconds: number): number {
  const hour = (shape.startHour + (elapsedSeconds / 60 / shape.dayMinutes) * 24) % 24;
  const wave = Math.cos(((hour - 16) / 24) * 2 * Math.PI);
  const lunch = 0.3 * Math.exp(-((hour - 12.5) ** 2) / 2);
  return Math.max(0.05, 1 + shape.amplitude * (wave + lunch));
}

/** Roughly how many requests a role gets of one journey: what faults are sized by. */
export const requestsPerJourney: Record<string, number> = {
  gateway: 8.5,
  auth: 0.75,
  session: 4.1,
  cart: 2.6,
  catalog: 3,
  recommendation: 1,
  checkout: 0.65,
  payment: 0.65,
  inventory: 0.65,
  orders: 2.1,
  orderWorker: 0.65,
  storage: 0.65,
};
