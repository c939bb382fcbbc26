/** What something is about, and what: the name is not said twice where the title begins with it. */
export function namedTitle(name: string | null, title: string): string {
  return name === null || isNamedIn(name, title) ? title : `${name}: ${title}`;
}

/** Whether the title begins with the name, as a whole word. */
export function isNamedIn(name: string, title: string): boolean {
  return title.startsWith(name) && !/^[\p{L}\d_-]/u.test(title.slice(name.length));
}
