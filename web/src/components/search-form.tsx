import { useEffect, useState } from "react";

/** A search that follows the typing after a short rest, and the address when it changes otherwise. */
export function SearchForm({ value, label, placeholder, onChange }: SearchFormProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), 250);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <form
      className="find"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text);
      }}
    >
      <label className="vh" htmlFor="find">
        {label}
      </label>
      <input
        id="find"
        type="search"
        data-key="/"
        value={text}
        placeholder={placeholder}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}

type SearchFormProps = { value: string; label: string; placeholder: string; onChange: (text: string) => void };
