import { Problem } from '../base/problem.ts'

/** The moment that a text of RFC 3339 names; one that does not exist (a leap second, an hour of 24) is refused at its pointer. */
export function timeOf (text: string, pointer: string): Date {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw new Problem('invalid_request', 'The time does not exist.', { errors: [{ pointer, detail: 'must be an RFC 3339 time' }] })
}
