// Those who make deliveries due tell those who send them; a hint makes the next pass come sooner and is never relied upon.
import type { Db, Tx } from '../../postgres/pool.ts'

const channel = 'kahub_deliveries'

/** Tells, when this transaction commits, that deliveries are due. */
export async function hintDeliveries (tx: Tx): Promise<void> {
  await tx`select pg_notify(${channel}, current_schema())`
}

/** Calls `hint` whenever deliveries may have become due in this world, reconnections included; returns how to stop. */
export async function listenForDeliveries (db: Db, world: string, hint: () => void): Promise<() => Promise<void>> {
  const listening = await db.listen(channel, schema => { if (schema === world) hint() }, hint)
  return () => listening.unlisten()
}
