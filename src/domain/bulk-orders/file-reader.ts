// What the readers of the three formats are, and what refuses a file as a whole.
import { bulkBytesMax } from '../../../schema/rest/bulk-orders.ts'
import { Problem } from '../../base/problem.ts'

/** Takes text in pieces that end anywhere but inside a character. */
export interface FileReader {
  take (piece: Buffer): void
  /** The file is over. */
  end (): void
}

/** The longest line or record, in bytes. */
export const recordBytesMax = 4_096

/** The refusal of a file of more bytes than a bulk order has. */
export function tooManyBytes (): Problem {
  return new Problem('bulk_file_too_large', `A file has up to ${bulkBytesMax} bytes. Divide it.`)
}

/** The refusal of a file that is not what it should be. */
export function unreadable (detail: string): Problem {
  return new Problem('bulk_file_unreadable', detail)
}
