/**
 * The few functions of the Metadata Reflection proposal that the certificate library's container asks for when it is
 * loaded. Import before it.
 */
const store = new WeakMap<object, Map<string, unknown>>();
const slot = (key: unknown, property: unknown) => `${String(key)}|${String(property ?? "")}`;

type MetadataReflect = {
  defineMetadata(key: unknown, value: unknown, target: object, property?: unknown): void;
  getOwnMetadata(key: unknown, target: object, property?: unknown): unknown;
  getMetadata(key: unknown, target: object, property?: unknown): unknown;
  hasOwnMetadata(key: unknown, target: object, property?: unknown): boolean;
  metadata(key: unknown, value: unknown): (target: object, property?: unknown) => void;
};

const reflect: MetadataReflect = {
  defineMetadata(key, value, target, property) {
    const known = store.get(target) ?? new Map<string, unknown>();
    store.set(target, known.set(slot(key, property), value));
  },
  getOwnMetadata: (key, target, property) => store.get(target)?.get(slot(key, property)),
  getMetadata(key, target, property) {
    for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null) {
      const known = store.get(at);
      if (known?.has(slot(key, property))) return known.get(slot(key, property));
    }
    return undefined;
  },
  hasOwnMetadata: (key, target, property) => store.get(target)?.has(slot(key, property)) ?? false,
  metadata: (key, value) => (target, property) => reflect.defineMetadata(key, value, target, property),
};

for (const [name, value] of Object.entries(reflect))
  if (!(name in Reflect)) Object.defineProperty(Reflect, name, { value, configurable: true, writable: true });

export {}; // a module: the names above are its own
