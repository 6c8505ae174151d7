/** `unit_price` as `unitPrice`. */
export function camel (name: string): string {
  return name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
}

/** `unit_price` as `UnitPrice`. */
export function pascal (name: string): string {
  const inner = camel(name)
  return inner.charAt(0).toUpperCase() + inner.slice(1)
}

/** `lines` as `line`. */
export function singular (name: string): string {
  return name.endsWith('ies') ? `${name.slice(0, -3)}y` : name.replace(/s$/, '')
}

/** A pointer into a REST body or query as one into the arguments of a field. */
export function pointerOf (pointer: string): string {
  return pointer.split('/').map(part => argumentNames[part] ?? camel(part)).join('/')
}

const argumentNames: Readonly<Record<string, string>> = { limit: 'first', cursor: 'after' }
