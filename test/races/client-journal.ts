// What the clients of a race write down of their purchases: before they send, and after the whole answer.
import { createHash } from 'node:crypto'
import { openJournal, type Sent } from '../judge/journal.ts'
import type { Answer } from '../support/house.ts'

type Purchase = Omit<Sent, 'kind' | 'atMs'>

export interface ClientJournal {
  /** Writes that a purchase is about to be sent; of what is none, nothing. */
  sent (purchase: Purchase | undefined): void
  /** Writes what a purchase was answered, and gives the answer on. */
  heard (purchase: Purchase | undefined, answer: Answer): Answer
  close (): void
}

/** Opens the journal of a race's clients in a folder. */
export function openClientJournal (folder: string): ClientJournal {
  const journal = openJournal(folder, 'clients')
  return {
    sent (purchase) {
      if (purchase) journal.write({ kind: 'sent', atMs: Date.now(), ...purchase })
    },
    heard (purchase, answer) {
      if (!purchase) return answer
      const { reseller, reference } = purchase
      const { status, code, json } = answer
      const codes = secretsOf([answer]).map(secret => createHash('sha256').update(secret).digest('hex'))
      const accepted = status < 300 && {
        replayed: answer.headers['idempotent-replayed'] === 'true',
        order: json.id,
        state: json.state,
        total: json.total,
        currency: json.currency,
        // Where an answer shows none, they may be fetched elsewhere, of which this journal does not tell.
        ...(codes.length > 0 && { codes })
      }
      journal.write({ kind: 'heard', atMs: Date.now(), reseller, reference, status, ...(code !== undefined && { code }), ...accepted })
      return answer
    },
    close: journal.close
  }
}

interface Delivered { readonly codes?: readonly { readonly secret: string }[] }

/** The secrets of all codes that answers show. */
export function secretsOf (answers: readonly Answer[]): string[] {
  return answers.flatMap(({ json }) => (json?.lines ?? []).flatMap((line: Delivered) => (line.codes ?? []).map(code => code.secret)))
}
