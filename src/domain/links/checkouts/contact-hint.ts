import type { Contact } from './checkout.ts'

const shownAtStart = 3
const shownAtEnd = 4
const mask = '****'

/** What may be shown of a contact to those who are not its owner: `138****5678`, `l***@example.com`. */
export function contactHint ({ kind, value }: Contact): string {
  if (kind === 'email') {
    const at = value.lastIndexOf('@')
    return `${value.slice(0, 1)}***${value.slice(at)}`
  }
  // A number of the Chinese mainland is shown as its owner writes it.
  const digits = value.startsWith('+86') ? value.slice('+86'.length) : value
  return digits.slice(0, shownAtStart) + mask + digits.slice(-shownAtEnd)
}
