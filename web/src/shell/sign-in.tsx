import { CopyButton } from "../components/copy-button.tsx";
import { useTitle } from "./page-frame.tsx";

/** Without a session: what to do, in one command. `reason` comes from the link that did not work. */
export function SignIn({ reason }: { reason: string | null }) {
  const title = titles[reason ?? ""] ?? "Sign in to midwatch";
  useTitle(title === "Sign in to midwatch" ? "Sign in" : title);
  return (
    <main className="sign-in" id="main">
      <svg width="108" height="28" viewBox="0 0 54 14" className="bells" aria-hidden="true">
        {[0, 6, 15, 21, 30, 36, 45, 51].map((x) => (
          <rect key={x} className="on" x={x} y="0" width="3" height="14" rx="1.5" />
        ))}
      </svg>
      <h1>{title}</h1>
      <p className="soft">
        {whys[reason ?? ""] ?? "midwatch knows people by a link that works once. This browser has no session."}
      </p>
      <p>On the machine where midwatch runs, in its folder:</p>
      <div className="command">
        <code>npx midwatch open</code>
        <CopyButton text="npx midwatch open">Copy</CopyButton>
      </div>
      <p className="soft small">It prints a fresh link, good for one sign-in. Open it in this browser.</p>
      <p className="small">
        <a href="/">Try again with the session I have</a>
      </p>
    </main>
  );
}

const titles: Record<string, string> = {
  expired: "This link has expired",
  used: "This link was used already",
  unknown: "This link is not one of midwatch’s",
  link: "This link no longer signs in",
};

const whys: Record<string, string> = {
  expired: "Sign-in links are good for a short time only, so that one left in a log opens nothing.",
  used: "Each link signs in one browser, once.",
  link: "It was used already, it is too old, or it was cut when it was copied. Each link signs in one browser, once.",
  unknown: "It may have been cut when it was copied, or belong to another midwatch.",
};
