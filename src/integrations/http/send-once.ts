import type { Receipt } from "../../core/message.ts";
import type { HttpCall, HttpClient } from "./http-client.ts";

/** Posts something that people will see. Sent again is said again, so what may have arrived is `unknown`. */
export async function sendOnce(http: HttpClient, call: HttpCall): Promise<Receipt["fate"]> {
  const answer = await http.call({ ...call, method: "POST", isRepeatable: false });
  switch (answer.kind) {
    case "answered":
      if (answer.status >= 200 && answer.status < 300) return "sent";
      return answer.status === 408 || answer.status >= 502 ? "unknown" : "failed";
    case "unreachable":
    case "timed-out":
      return answer.mayHaveArrived ? "unknown" : "failed";
    case "too-large":
      return "unknown";
    case "over-budget":
      return "failed";
  }
}
