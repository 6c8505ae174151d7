// Statements of the rig's own, on a connection of their own, that may fail and may not hang: PostgreSQL may be away or frozen, and the
// driver never settles what meets a server that refuses while it starts.
import postgres from 'postgres'
import { setTimeout as pause } from 'node:timers/promises'

export interface OwnSession {
  /** Runs statements; false when they failed, or did not come to an end in time. */
  run (statements: string, msMax: number): Promise<boolean>
  /** Ends the session, whatever it does. */
  end (): void
}

const connectSecondsMax = 5

/** Opens a session for the rig's own statements. */
export function openSession (url: string): OwnSession {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: connectSecondsMax, max_lifetime: null, fetch_types: false })
  return {
    async run (statements, msMax) {
      const over = new AbortController()
      const done = sql.unsafe(statements).then(() => true, () => false)
      const late = pause(msMax, false, { signal: over.signal }).catch(() => false)
      const result = await Promise.race([done, late])
      over.abort()
      return result
    },
    end () {
      void sql.end({ timeout: 0 }).catch(() => {})
    }
  }
}
