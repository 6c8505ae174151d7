import type { Db } from '../../postgres/pool.ts'

/** Windows are judged by each process's own clock, nonces are forgotten by the database's: kept longer by what these may differ. */
export const clocksDifferSecondsMax = 600

/** One pass: forgets up to `limit` nonces whose signatures' windows have closed; returns how many. Safe at once in two workers. */
export async function purgeNonces (db: Db, limit: number): Promise<number> {
  // A stored nonce begins with the second in which its window closes, in eight hexadecimal digits: what lies below a moment has
  // closed. The primary key gives it in order, and a pass with nothing to do reads a page of it.
  const purged = await db`
    delete from nonces where id = any(array(
      select id from nonces
      where id < (lpad(to_hex(floor(extract(epoch from now()) - ${clocksDifferSecondsMax}::int)::bigint), 8, '0') || repeat('0', 24))::uuid
      order by id limit ${limit}
    ))`
  return purged.count
}
