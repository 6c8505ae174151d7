import type { Db } from '../../postgres/pool.ts'

/** One pass: forgets up to `limit` nonces whose signatures' windows have closed; returns how many. Safe at once in two workers. */
export async function purgeNonces (db: Db, limit: number): Promise<number> {
  // In order of expiry, so that the index gives them and a pass with nothing to do reads one page of it.
  const purged = await db`
    delete from nonces where id = any(array(
      select id from nonces where expires_at < now() order by expires_at limit ${limit} for update skip locked
    ))`
  return purged.count
}
