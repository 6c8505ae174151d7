import type { ResellerStatus } from '../../../schema/vocabulary.ts'
import { assert } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { refuseUnusableKey } from './keyring.ts'

/** What a key reveals is counted when it has a quota or an alert. */
export interface RecheckedKey { readonly revealsCounted: boolean }

/**
 * Refuses, inside the transaction of what it signed, a key that has become useless. The keyring may be a second old; its
 * snapshot is not brought up to date here, because that would wait for a second connection while this one is held.
 */
export async function recheckKey (tx: Tx, keyId: string): Promise<RecheckedKey> {
  const [key] = await tx<Standing[]>`
    select k.revoked_at, k.expires_at, r.status, clock_timestamp() as now,
           k.reveals_per_day is not null or k.reveals_alert_at is not null as reveals_counted
    from api_keys k left join resellers r on r.id = k.reseller_id where k.id = ${keyId}`.execute()
  assert(key, 'the key that signed')
  const { revoked_at: revokedAt, expires_at: expiresAt, status, now } = key
  refuseUnusableKey({ id: keyId, revokedAt, expiresAt, reseller: status && { status } }, now.getTime())
  return { revealsCounted: key.reveals_counted }
}

interface Standing {
  readonly revoked_at: Date | null
  readonly expires_at: Date | null
  readonly status: ResellerStatus | null
  readonly now: Date
  readonly reveals_counted: boolean
}
