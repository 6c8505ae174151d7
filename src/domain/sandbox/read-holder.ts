import type { Uuid } from '../../base/ids.ts'
import type { TestWorld } from './faults.ts'

/** The reseller that a key belongs to now, whatever the keyring says; null is none. */
export async function readHolder ({ db }: TestWorld, keyId: string): Promise<Uuid | null> {
  const [key] = await db<{ resellerId: Uuid | null }[]>`select reseller_id as "resellerId" from api_keys where id = ${keyId}`
  return key?.resellerId ?? null
}
