import type { Delivery } from "../../core/capability.ts";
import type { HttpCall, HttpClient } from "./http-client.ts";

/**
 * Posts something that people will see. Sent again is said again, so what may have arrived is `unknown`: whoever answers
 * with an error of its own may have shown it before. The reason names no address, for that may be a secret.
 */
export async function sendOnce(http: HttpClient, call: HttpCall): Promise<Delivery> {
  const answer = await http.call({ ...call, method: "POST", isRepeatable: false });
  switch (answer.kind) {
    case "answered":
      if (answer.status >= 200 && answer.status < 300) return { fate: "sent", why: null };
      return {
        fate: answer.status === 408 || answer.status >= 500 ? "unknown" : "failed",
        why: `the receiver answered ${answer.status}`,
      };
    case "unreachable":
    case "timed-out":
      return { fate: answer.mayHaveArrived ? "unknown" : "failed", why: answer.why };
    case "too-large":
      return { fate: "unknown", why: answer.why };
    case "over-budget":
      return { fate: "failed", why: answer.why };
  }
}
